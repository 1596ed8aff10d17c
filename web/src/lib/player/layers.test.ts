import { expect, test } from "vitest";
import { curve, gathered, said } from "./layers";

test("a curve touches the top where most went on, and ends where the counts end", () => {
  const path = curve({ counts: [0, 0, 4, 0, 0], bucket: 10 }, 100);
  expect(path).toBe("M0 100L0 100L5 100L15 50L25 0L35 50L45 100L50 100L50 100Z");
});

test("what is beyond the stream is not drawn", () => {
  expect(curve({ counts: [1, 1, 900], bucket: 10 }, 20)).toBe("M0 100L0 0L25 0L75 0L100 0L100 100Z");
});

test.each([[[]], [[0, 0]]])("%j has no curve", (counts) => expect(curve({ counts, bucket: 10 }, 100)).toBe(""));

test("a long stream has no more columns than can be told apart", () => {
  expect(curve({ counts: Array.from({ length: 4_321 }, () => 1), bucket: 10 }, 43_210).split("L").length).toBeLessThan(190);
});

const mark = (id: string, at: number) => ({ id, label: id, at });

test("what stands together becomes one moment that names all of it", () => {
  expect(gathered([mark("d", 30), mark("a", 1), mark("b", 2)], 5)).toEqual([{ id: "a", label: "a, b", at: 1 }, mark("d", 30)]);
  expect(gathered(["a", "b", "c", "d", "e"].map((id) => mark(id, 1)), 5)).toEqual([{ id: "a", label: "a, b, c, and 2 more", at: 1 }]);
});

test("the nearest mark is said, else the gap", () => {
  const gaps = [{ from: 40, to: 60, why: "away" }];
  expect(said(11, 5, [mark("a", 10), mark("b", 14)], gaps)).toEqual(mark("a", 10));
  expect(said(50, 5, [mark("a", 10)], gaps)).toEqual({ label: "away", at: 50 });
  expect(said(80, 5, [mark("a", 10)], gaps)).toBeUndefined();
});
