import { expect, test } from "vitest";
import { summary, together } from "./viewers";

test("counts come in their order, each moment once, from the start of the stream on", () => {
  const history = [{ at: 10, viewers: 1 }, { at: 60, viewers: 5 }, { at: 120, viewers: 9 }];
  expect(together(history, [{ at: 180, viewers: 4 }, { at: 120.2, viewers: 9 }], 50).map(({ viewers }) => viewers)).toEqual([5, 9, 4]);
});

test("the summary of nothing is nothing", () => {
  expect(summary([])).toEqual({ peak: 0, mean: 0 });
  expect(summary([{ at: 1, viewers: 4 }, { at: 2, viewers: 9 }])).toEqual({ peak: 9, mean: 7 });
});
