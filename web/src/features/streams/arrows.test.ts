import { expect, test } from "vitest";
import { towards } from "./arrows";

// Two rows of three, and a last row of one.
const boxes = [[0, 0], [100, 0], [200, 0], [0, 50], [100, 50], [200, 50], [0, 100]].map(([left, top]) => ({ left: left!, top: top! }));

test.each([
  ["ArrowRight", 0, 1], ["ArrowRight", 6, undefined], ["ArrowLeft", 3, 2], ["ArrowDown", 1, 4], ["ArrowDown", 5, 6],
  ["ArrowUp", 5, 2], ["ArrowUp", 1, undefined], ["Home", 5, 0], ["End", 1, 6], ["a", 1, undefined], ["ArrowDown", -1, undefined],
])("%s from %i leads to %s", (key, from, to) => expect(towards(key, boxes, from)).toBe(to));
