import { describe, expect, test } from "vitest";
import { cut, fingerprint, missing, Speedometer } from "./parts";

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
