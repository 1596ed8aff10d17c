import { expect, test } from "vitest";
import { dayOf, daysInWords, isFiltered, queryOf } from "./query";

test("days are from midnight to midnight where one is", () => {
  const { from, to } = queryOf({ from: "2026-01-31", to: "2026-01-31" });
  expect(from).toBe(new Date(2026, 0, 31).toISOString());
  expect(to).toBe(new Date(2026, 1, 1).toISOString());
});

test("what is no day is not asked for", () => expect(queryOf({ from: "yesterday" }).from).toBeUndefined());

test("an order alone leaves nothing out", () => {
  expect(isFiltered({ sort: "title" })).toBe(false);
  expect(isFiltered({ published: "false" })).toBe(true);
});

test("a day is that of the place", () => expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05"));

test.each([
  [{}, "Any time"], [{ from: "2026-01-31" }, "since 31 Jan 2026"], [{ to: "2026-02-01" }, "until 1 Feb 2026"],
  [{ from: "2026-01-01", to: "2026-01-31" }, /^1\s?–\s?31 Jan 2026$/],
])("%j in words", (days, words) => expect(daysInWords(days)).toMatch(words));
