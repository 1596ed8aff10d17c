import { expect, test } from "vitest";
import type { Occurrence } from "../../gen/api";
import { countdown, nextOf } from "./plan";

const plan = (title: string, startsAt: string, endsAt: string, skipped?: boolean): Occurrence => ({
  series: "s", date: startsAt.slice(0, 10), startsAt, endsAt, title, streamTitle: title, skipped, tags: [], labels: [], number: 1,
});

test("the next one is what is on, else the earliest to come that is not skipped", () => {
  const now = Date.parse("2026-01-31T20:00:00Z");
  const late = plan("late", "2026-02-02T18:00:00Z", "2026-02-02T20:00:00Z");
  const skipped = plan("skipped", "2026-02-01T18:00:00Z", "2026-02-01T20:00:00Z", true);
  const over = plan("over", "2026-01-31T10:00:00Z", "2026-01-31T12:00:00Z");
  const on = plan("on", "2026-01-31T19:00:00Z", "2026-01-31T22:00:00Z");
  expect(nextOf([late, skipped, over], now)?.title).toBe("late");
  expect(nextOf([late, on], now)?.title).toBe("on");
  expect(nextOf([over], now)).toBeUndefined();
});

test("a countdown has as many parts as one wants to know", () => {
  expect([183_600, 12_000, 750, 5].map(countdown)).toEqual(["2 d 3 h", "3 h 20 min", "12:30", "0:05"]);
});
