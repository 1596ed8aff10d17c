import { expect, test } from "vitest";
import type { Connection } from "../../lib/connections";
import { diskOf, gapOf, twitchOf } from "./health";

const twitch: Connection = { id: "twitch", state: "connected", scopes: [], transport: { kind: "websocket", state: "open" }, subscriptions: [] };

test("that Twitch is connected does not mean that it is heard", () => {
  expect(twitchOf(twitch)).toMatchObject({ tone: "good", note: "heard" });
  expect(twitchOf({ ...twitch, transport: { state: "failed" } })).toMatchObject({ tone: "bad", note: "not heard" });
  expect(twitchOf({ ...twitch, subscriptions: [{ type: "a", version: "1", status: "enabled" }, { type: "b", version: "1", status: "authorization_revoked" }] }))
    .toMatchObject({ tone: "warn", missing: 1 });
  expect(twitchOf({ ...twitch, state: "lost" }).tone).toBe("bad");
  expect(twitchOf(undefined).tone).toBe("off");
});

test("a gap is told by its length, a disk by what is left of it", () => {
  expect(gapOf({ ...twitch, gap: { from: "2026-01-31T20:00:00Z", to: "2026-01-31T20:03:00Z", why: "" } })).toBe("3 min");
  expect([2e9, 15e9, 90e9, 300e9].map((free) => diskOf({ free, total: 1e12 }))).toEqual(["bad", "warn", "warn", "good"]);
});
