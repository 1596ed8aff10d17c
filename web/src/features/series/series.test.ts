import { expect, test } from "vitest";
import { dayIn, dayInWords, daysOf, isDay, isZone, next, plus, spanInWords, timeIn, weekday } from "./calendar";
import { choiceOf, choices, filled, inWords, lasting, recurrenceOf, sameTimes } from "./recurrence";

test("a month shows whole weeks from Monday to Sunday", () => {
  const days = daysOf("month", "2026-02-14");
  expect([days[0], days.at(-1), days.length]).toEqual(["2026-01-26", "2026-03-01", 35]);
  expect(daysOf("month", "2027-02-01")).toHaveLength(28);
  expect(daysOf("week", "2026-01-31")).toEqual(["2026-01-26", "2026-01-27", "2026-01-28", "2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01"]);
});

test("a month later is the first of it", () => {
  expect(next("month", "2026-01-31", 1)).toBe("2026-02-01");
  expect(next("month", "2026-01-31", -1)).toBe("2025-12-01");
  expect(next("week", "2026-12-30", 1)).toBe("2027-01-06");
});

test("days go over the end of months, and know their weekday", () => {
  expect(plus("2028-02-28", 2)).toBe("2028-03-01");
  expect(weekday("2026-11-21")).toBe(5);
});

test.each([["2026-02-29", false], ["2026-02-28", true], ["28.2.2026", false], [undefined, false]])("%s is a day: %s", (text, is) => expect(isDay(text)).toBe(is));
test.each([["Europe/Berlin", true], ["Mars/Base", false], [undefined, false]])("%s is a zone: %s", (text, is) => expect(isZone(text)).toBe(is));

test("a moment is in another day elsewhere", () => {
  expect(dayIn("2026-01-31T23:30:00Z", "UTC")).toBe("2026-01-31");
  expect(dayIn("2026-01-31T23:30:00Z", "Europe/Berlin")).toBe("2026-02-01");
  expect(timeIn("2026-01-31T23:30:00Z", "Europe/Berlin")).toBe("00:30");
});

test("days and spans are said", () => {
  expect(dayInWords("2026-01-31")).toMatch(/^Sat,? 31 Jan$/);
  expect(dayInWords("2027-01-31", "2026-01-01")).toMatch(/2027$/);
  expect(spanInWords("month", "2026-01-31")).toBe("January 2026");
  expect(spanInWords("week", "2026-01-31")).toMatch(/26 Jan\s?–\s?1 Feb 2026/);
});

const start = "2026-01-31";

test.each([
  [{}, "Once at 19:30"],
  [{ every: "week", interval: 1, days: ["thursday", "monday"] }, "Every week on Monday and Thursday at 19:30"],
  [{ every: "week", interval: 2, days: ["friday"] }, "Every other week on Friday at 19:30"],
  [{ every: "week", interval: 3 }, "Every 3 weeks on Saturday at 19:30"],
  [{ every: "month", interval: 1 }, "On day 31 of every month at 19:30"],
  [{ every: "month", interval: 1, nth: -1, days: ["saturday"] }, "On the last Saturday of every month at 19:30"],
  [{ every: "month", interval: 2, nth: 2, days: ["sunday"] }, "On the second Sunday of every other month at 19:30"],
])("%j is said as %s", (recurrence, words) => expect(inWords({ recurrence, start, time: "19:30" })).toBe(words));

test("what is chosen stays chosen, and every choice says what it means", () => {
  const odd = { every: "week", interval: 3, days: ["monday"] };
  const offered = choices(start, odd);
  expect(offered.map(({ label }) => label)).toEqual([
    "Once", "Every week", "Every other week", "On day 31 of every month", "On the fifth Saturday of every month", "On the last Saturday of every month",
    "Every 3 weeks",
  ]);
  expect(recurrenceOf(choiceOf(odd), start, odd)).toEqual(odd);
  for (const { value } of offered) expect(choiceOf(recurrenceOf(value, start, odd))).toBe(value);
});

test("a series that becomes weekly comes on the day of its start, and keeps its days when only the interval changes", () => {
  expect(recurrenceOf("week/1", start, {})).toEqual({ every: "week", interval: 1, days: ["saturday"] });
  expect(recurrenceOf("week/2", start, { every: "week", interval: 1, days: ["monday", "friday"] })).toEqual({ every: "week", interval: 2, days: ["monday", "friday"] });
});

test.each([[150, "2 h 30 min"], [60, "1 h"], [45, "45 min"]])("%i minutes are %s", (minutes, words) => expect(lasting(minutes)).toBe(words));

test("a title is filled in as it will be", () => {
  const at = { date: "2026-01-31", number: 7 };
  expect(filled({ title: "Lamp", streamTitle: "${title} #${number}, ${date} ${other}" }, at)).toBe("Lamp #7, 31 January 2026 ${other}");
  expect(filled({ title: "Lamp" }, at)).toBe("Lamp");
});

test("what is only called otherwise comes at the same times", () => {
  const plan = { title: "a", zone: "UTC", start, time: "19:30", minutes: 60, recurrence: {} };
  expect(sameTimes(plan, { ...plan, title: "b", end: "", paused: false })).toBe(true);
  expect(sameTimes(plan, { ...plan, recurrence: { every: "week", interval: 1, days: ["monday"] } })).toBe(false);
});
