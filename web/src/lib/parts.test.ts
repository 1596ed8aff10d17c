import { describe, expect, test } from "vitest";
import { cut, fingerprint, isRecording, missing, recorded, Speedometer, together } from "./parts";

describe("cut", () => {
  test("covers the file without a hole, the last part being the rest", () => {
    expect(cut(25, 10)).toEqual([
      { number: 1, start: 0, end: 10 }, { number: 2, start: 10, end: 20 }, { number: 3, start: 20, end: 25 },
    ]);
  });
  test("makes no empty part at the end", () => expect(cut(20, 10)).toHaveLength(2));
  test("makes one part of an empty file", () => expect(cut(0, 10)).toEqual([{ number: 1, start: 0, end: 0 }]));
});

describe("missing", () => {
  const parts = cut(25, 10);
  test("is everything at first", () => expect(missing(parts)).toEqual(parts));
  test("leaves out what arrived, in any order", () => {
    expect(missing(parts, [{ number: 3, size: 5 }, { number: 1, size: 10 }]).map((part) => part.number)).toEqual([2]);
  });
  test("sends a part of the wrong size again", () => {
    expect(missing(parts, [{ number: 1, size: 4 }, { number: 2, size: 10 }, { number: 3, size: 5 }]).map((part) => part.number)).toEqual([1]);
  });
  test("is nothing when all arrived", () => {
    expect(missing(parts, parts.map(({ number, start, end }) => ({ number, size: end - start })))).toEqual([]);
  });
});

test("a changed file is another file", () => {
  const file = { name: "a.mkv", size: 10, lastModified: 1 };
  expect(fingerprint(file)).toBe(fingerprint({ ...file }));
  expect(fingerprint(file)).not.toBe(fingerprint({ ...file, lastModified: 2 }));
});

test.each([
  ["2026-01-31 20-00-00.mkv", true], ["Replay.MP4", true], ["voice.wav", true], ["notes.txt", false],
  [".hidden.mkv", false], ["2026-01-31 20-00-00.mkv.part", false], ["mkv", false],
])("%s in a folder is a recording: %s", (name, is) => expect(isRecording(name)).toBe(is));

describe("recorded", () => {
  const began = new Date(2026, 0, 31, 20, 0, 0);
  const now = began.getTime() + 30 * 86_400_000;
  const name = "2026-01-31 20-00-00.mkv";
  const hour = 3_600_000;
  test("takes the beginning of the name and the end of the last change", () => {
    expect(recorded({ name, lastModified: began.getTime() + hour }, now)).toEqual({
      startedAt: began.toISOString(), endedAt: new Date(began.getTime() + hour).toISOString(),
    });
  });
  test("takes a copy's date for no end", () => {
    expect(recorded({ name, lastModified: now }, now)).toEqual({ startedAt: began.toISOString(), endedAt: undefined });
    expect(recorded({ name, lastModified: began.getTime() - hour }, now).endedAt).toBeUndefined();
  });
  test("knows the end alone of another name, unless the clock is wrong", () => {
    expect(recorded({ name: "a.mkv", lastModified: now - hour }, now)).toEqual({ startedAt: undefined, endedAt: new Date(now - hour).toISOString() });
    expect(recorded({ name: "a.mkv", lastModified: 0 }, now).endedAt).toBeUndefined();
    expect(recorded({ name: "a.mkv", lastModified: now + hour }, now).endedAt).toBeUndefined();
  });
});

test("several files are as far as their bytes", () => {
  expect(together([{ size: 100, loaded: 100 }, { size: 300, loaded: 0, speed: 10 }])).toEqual({ percent: 25, left: 30 });
  expect(together([])).toEqual({ percent: 0, left: undefined });
});

test("speed is what the last seconds show", () => {
  const meter = new Speedometer();
  expect(meter.speed).toBeUndefined();
  meter.read(0, 0);
  meter.read(100, 100);
  expect(meter.speed).toBeUndefined();
  meter.read(2_000, 1_000);
  expect(meter.speed).toBe(2_000);
  for (let second = 2; second <= 20; second++) meter.read(2_000 + (second - 1) * 500, second * 1_000);
  expect(meter.speed).toBe(500);
});
