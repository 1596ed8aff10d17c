/** What happens at Twitch, which is a server of our own here. */
import { required } from "./machine";

/** Lets something happen, as the server's own scenarios would say it. */
export async function happen(what: string, about: Record<string, unknown> = {}): Promise<void> {
  const answer = await fetch(`${required("AFTERGLOW_TWITCH")}/__control/${what}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(about),
  });
  if (!answer.ok) throw new Error(`${what} at Twitch: ${answer.status} ${await answer.text()}`);
}

/** How often a call has come in, for instance `PATCH /helix/channels`. */
export async function calls(of: string): Promise<number> {
  const answer = await fetch(`${required("AFTERGLOW_TWITCH")}/__control/state`);
  const { calls: counts } = (await answer.json()) as { calls: Record<string, number> };
  return counts[of] ?? 0;
}
