import { expect, test } from "vitest";
import type { Stage } from "../gen/api";
import { overParts } from "./stages";

const encoding: Stage = {
  reactor: "clips-encode", doc: "", done: 1, running: 1, waiting: 2, failed: 0, cancelled: 0, total: 4, percent: 37.5, speed: 5, remaining: 7,
  job: "j", stage: "encode", attempt: 1,
};

test("how far a long clip is takes the parts into account whose turn has not come", () => {
  const stage = overParts(encoding, { duration: 1000, partsDone: 1, partsTotal: 15 });
  expect(stage?.percent).toBeCloseTo(10);
  expect(stage?.remaining).toBeCloseTo(180);
});

test("parts that were done by earlier work count, and no more than all of them do", () => {
  expect(overParts(encoding, { duration: 100, partsDone: 8, partsTotal: 10 })?.percent).toBeCloseTo(80);
  expect(overParts({ ...encoding, total: 20, percent: 90 }, { duration: 100, partsDone: 10, partsTotal: 10 })?.percent).toBe(100);
});

test("how long a part takes is not known before it has a speed", () => {
  expect(overParts({ ...encoding, speed: undefined }, { duration: 100, partsDone: 1, partsTotal: 15 })?.remaining).toBeUndefined();
});

test("other stages say nothing of how far the parts are, and count where there are none", () => {
  const pictures = { ...encoding, reactor: "clips-pictures" };
  expect(overParts(pictures, { duration: 100, partsDone: 1, partsTotal: 4 })).toMatchObject({ percent: 25, remaining: undefined });
  expect(overParts(pictures, { duration: 100 })).toBe(pictures);
});
