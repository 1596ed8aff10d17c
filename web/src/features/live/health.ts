/** How well everything is heard, in words. */
import type { Connection } from "../../lib/connections";
import { roughly } from "../../lib/time";

export type Tone = "good" | "warn" | "bad" | "off";

/** How the connection to Twitch stands, and how many kinds of events are not told though they should be. */
export function twitchOf(twitch: Connection | undefined): { tone: Tone; note: string; missing: number } {
  const missing = twitch?.subscriptions.filter(({ status }) => status !== "enabled").length ?? 0;
  const told = (tone: Tone, note: string) => ({ tone, note, missing: twitch?.state === "connected" ? missing : 0 });
  if (!twitch || twitch.state === "unconfigured" || twitch.state === "disconnected") return told("off", "not connected");
  if (twitch.state === "connecting") return told("off", "waiting for you at Twitch");
  if (twitch.state === "lost") return told("bad", "connection lost");
  switch (twitch.transport.state) {
    case "open": return told(missing > 0 ? "warn" : "good", "heard");
    case "connecting": return told("warn", "connecting");
    default: return told("bad", "not heard");
  }
}

/** The last time that was not heard: how long. */
export function gapOf(twitch: Connection | undefined): string | undefined {
  if (!twitch?.gap) return undefined;
  return roughly((Date.parse(twitch.gap.to) - Date.parse(twitch.gap.from)) / 1_000);
}

/** How far a disk is from being full: below a tenth or 20 GB one should know, below 5 GB one should act. */
export function diskOf({ free, total }: { free: number; total: number }): Tone {
  if (free < 5e9) return "bad";
  return free < 20e9 || free < total / 10 ? "warn" : "good";
}
