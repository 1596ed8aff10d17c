import { expect, test } from "vitest";
import type { Pipeline, Stage } from "../../gen/api";
import { each, endings, stirring } from "./order";

const work = (finishedAt?: string, stage: Partial<Stage> = {}): Pipeline => ({
  aggregate: "clip", aggregateId: "c", state: "done", createdAt: "", finishedAt,
  stages: [{ reactor: "r", doc: "", done: 0, running: 1, waiting: 0, failed: 0, cancelled: 0, total: 1, percent: 0, job: "j", attempt: 1, ...stage }],
});

test("progress changes no count, an end and a letter do", () => {
  const before = endings({ items: [work("2026-11-21T12:00:00Z"), work()], openLetters: 0 });
  expect(endings({ items: [work(undefined, { percent: 50 }), work("2026-11-21T12:00:00Z")], openLetters: 0 })).toBe(before);
  expect(endings({ items: [work("2026-11-21T12:00:01Z"), work()], openLetters: 0 })).not.toBe(before);
  expect(endings({ items: [work("2026-11-21T12:00:00Z"), work(undefined, { done: 1, total: 2 })], openLetters: 0 })).not.toBe(before);
  expect(endings({ items: [work("2026-11-21T12:00:00Z"), work()], openLetters: 1 })).not.toBe(before);
});

test("the jobs of one thing are not read again for another", () => {
  const items = [work(), { ...work(), aggregateId: "other" }];
  const other = [work(), { ...work(undefined, { done: 5, total: 9 }), aggregateId: "other" }];
  expect(stirring({ items: other }, "c")).toBe(stirring({ items }, "c"));
  expect(stirring({ items: other })).not.toBe(stirring({ items }));
});

test("one that fails does not keep the others from being tried", async () => {
  const tried: number[] = [];
  const told = await each([1, 2, 3, 4, 5], async (item) => {
    tried.push(item);
    if (item % 2 === 0) throw new Error(`no ${item}`);
  }, 2);
  expect(tried.sort()).toEqual([1, 2, 3, 4, 5]);
  expect(told).toMatchObject({ well: 3, error: new Error("no 2") });
});
