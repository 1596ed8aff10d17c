import { expect, test } from "vitest";
import { sentenceOf, type Activity } from "../../lib/chat/activity";
import { merged, shown } from "./activities";

const seen = (id: string, seq: number, more: Partial<Activity> = {}): Activity => ({
  id, channel: "c", seq, seenAt: "2026-01-31T20:00:00Z", kind: "follow", type: "channel.follow", alert: true, person: { id: "p", name: "Theirs" }, ...more,
});

test("what is told again takes the place of what was told, and the newest is first", () => {
  const list = merged([seen("b", 2), seen("a", 1)], [seen("c", 4), seen("a", 3, { text: "more" })]);
  expect(list.map(({ id, text }) => [id, text])).toEqual([["c", undefined], ["a", "more"], ["b", undefined]]);
});

test("a filter shows alerts, all, or one kind without what only keeps the books", () => {
  const list = [seen("raid", 3, { kind: "raid" }), seen("told again", 2, { kind: "raid", alert: false }), seen("ban", 1, { kind: "ban", alert: false })];
  expect(shown(list, "alerts").map(({ id }) => id)).toEqual(["raid"]);
  expect(shown(list, "raid").map(({ id }) => id)).toEqual(["raid"]);
  expect(shown(list, "ban").map(({ id }) => id)).toEqual(["ban"]);
  expect(shown(list, "all")).toHaveLength(3);
});

test("what happened is a sentence, also when nobody did it or nobody knows the kind", () => {
  const say = (more: Partial<Activity>) => Object.values(sentenceOf(seen("a", 1, more))).join(" ");
  expect(say({})).toBe("Theirs follows");
  expect(say({ kind: "raid", amount: 1 })).toBe("Theirs raids with 1 viewer");
  expect(say({ kind: "gifts", amount: 5, tier: "2000", anonymous: true, person: undefined })).toBe("Somebody gave 5 subscriptions at tier 2");
  expect(say({ kind: "poll", phase: "end", title: "Tea?" })).toBe("The poll “Tea?” ended");
  expect(say({ kind: "ban", target: { name: "Bad" }, amount: 600 })).toBe("Bad was timed out for 600 seconds");
  expect(say({ kind: "ad_break", phase: "begin", amount: 90 })).toBe("Ads run for 90 seconds");
  expect(say({ kind: "new_thing", person: undefined })).toBe("The channel had a new thing");
});
