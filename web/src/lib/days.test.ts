import { expect, test } from "vitest";
import { dayOf, daysInWords } from "./days";

test("a day is that of the place", () => expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05"));

test.each([
  [{}, "Any time"], [{ from: "2026-01-31" }, "since 31 Jan 2026"], [{ to: "2026-02-01" }, "until 1 Feb 2026"],
  [{ from: "2026-01-01", to: "2026-01-31" }, /^1\s?–\s?31 Jan 2026$/],
])("%j in words", (days, words) => expect(daysInWords(days)).toMatch(words));
