import { expect, test } from "vitest";
import { isFiltered, queryOf } from "./query";

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
