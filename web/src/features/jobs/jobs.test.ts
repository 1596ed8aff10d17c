import { expect, test } from "vitest";
import type { Job } from "../../gen/api";
import { each, endings } from "./order";

const job = (finishedAt?: string): Job => ({
  id: "j", reactor: "r", doc: "", aggregate: "clip", aggregateId: "c", state: "done", attempt: 1, cause: "FACTS/1", createdAt: "", finishedAt,
});

test("progress changes no count, an end and a letter do", () => {
  const before = endings({ items: [job("2026-11-21T12:00:00Z"), job()], openLetters: 0 });
  expect(endings({ items: [job(), job("2026-11-21T12:00:00Z"), job()], openLetters: 0 })).toBe(before);
  expect(endings({ items: [job("2026-11-21T12:00:01Z"), job("2026-11-21T12:00:00Z")], openLetters: 0 })).not.toBe(before);
  expect(endings({ items: [job("2026-11-21T12:00:00Z")], openLetters: 1 })).not.toBe(before);
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
