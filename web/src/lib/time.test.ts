import { describe, expect, test } from "vitest";
import { ago, clock, linkTime, parseStreamTime, recordingStart, roughly, fromField, toField } from "./time";

test.each([
  [0, "0:00"], [59.9, "0:59"], [61, "1:01"], [3599, "59:59"], [3600, "1:00:00"], [37_230, "10:20:30"], [-3, "0:00"], [NaN, "0:00"],
])("clock(%d) is %s", (seconds, text) => expect(clock(seconds)).toBe(text));

test.each([
  ["1h2m3s", 3723], ["62m", 3720], ["90", 90], ["12.5s", 12.5], ["1:02:03", 3723], ["2:05", 125], [" 5s ", 5],
  ["", undefined], ["soon", undefined], ["3s1h", undefined], ["-4", undefined], ["1:2:3:4", undefined],
])("parseStreamTime(%j) is %s", (text, seconds) => expect(parseStreamTime(text)).toBe(seconds));

test.each([0, 5, 60, 61, 3600, 3723, 86_399])("a link of %d s leads back to it", (seconds) => {
  expect(parseStreamTime(linkTime(seconds))).toBe(seconds);
});

test.each([
  [0, "a moment"], [40, "40 s"], [89, "89 s"], [90, "2 min"], [3600, "1 h"], [4800, "1 h 20 min"], [Infinity, "a while"],
])("roughly(%d) is %s", (seconds, text) => expect(roughly(seconds)).toBe(text));

describe("ago", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  test.each([
    ["2026-11-21T11:59:30Z", "just now"], ["2026-11-21T11:55:00Z", "5 minutes ago"], ["2026-11-20T12:00:00Z", "yesterday"],
    ["2026-11-21T14:00:00Z", "in 2 hours"], ["2026-11-28T11:59:58Z", "in 7 days"], ["2024-11-01T00:00:00Z", "2 years ago"],
  ])("%s was %s", (date, text) => expect(ago(new Date(date), now)).toBe(text));
});

test("the start of a recording is read from the name that OBS gave it", () => {
  const start = new Date(2026, 10, 21, 20, 15, 0);
  expect(recordingStart("2026-11-21 20-15-00.mkv")).toEqual(start);
  expect(recordingStart("Replay 2026-11-21_20-15-00.mp4")).toEqual(start);
  expect(recordingStart("holiday.mp4")).toBeUndefined();
  expect(recordingStart("2026-13-41 20-15-00.mkv")).toBeUndefined();
});

test("a field for local times says the second it was given, and nothing says nothing", () => {
  expect(fromField(toField("2026-11-21T12:34:56.789Z"))).toBe("2026-11-21T12:34:56.000Z");
  expect(toField(undefined)).toBe("");
  expect(fromField("")).toBeUndefined();
});
