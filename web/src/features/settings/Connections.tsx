import { Badge, type Tone } from "../../lib/Badge";
import { useBridges } from "../../lib/bridges";
import { useTwitch, type Connection } from "../../lib/connections";
import { LinkButton } from "../../lib/LinkButton";
import classes from "./SettingsPage.module.css";

/** How Twitch and OBS stand in a word; more of it has a page of its own. */
export function Connections() {
  const { twitch } = useTwitch();
  const bridges = useBridges().data?.items ?? [];
  const heard = bridges.filter(({ connected }) => connected).length;
  const state = stateOf(twitch);
  return (
    <div className={classes.row}>
      <div className={classes.name}>
        <span className={classes.email}>Twitch</span><Badge tone={state.tone}>{state.label}</Badge>
        <div className={classes.text}>OBS: {bridges.length === 0 ? "no bridge yet" : `${heard} of ${bridges.length} heard`}</div>
      </div>
      <LinkButton to="/settings/connections" variant="default">Connections</LinkButton>
    </div>
  );
}

function stateOf(twitch: Connection | undefined): { tone: Tone; label: string } {
  switch (twitch?.state) {
    case "connected": return twitch.transport.state === "failed" ? { tone: "bad", label: "Nothing is heard" } : { tone: "good", label: twitch.name || "Connected" };
    case "lost": return { tone: "bad", label: "Connection lost" };
    case "connecting": return { tone: "busy", label: "Waiting for you at Twitch" };
    default: return { tone: "calm", label: "Not connected" };
  }
}
