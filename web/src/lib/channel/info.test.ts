import { expect, test } from "vitest";
import { asTags, changes, languages, ofPlan, type Info } from "./info";

const now: Info = { title: "Old", categoryId: "1", categoryName: "Chess", language: "en", tags: ["a", "b"], labels: ["Gambling"] };

test("only what is otherwise is sent", () => {
  expect(changes(now, {})).toEqual({});
  expect(changes(now, { title: "Old ", tags: ["a", "b"], labels: ["Gambling"], language: "en" })).toEqual({});
  expect(changes(now, { title: "New", categoryId: "2", categoryName: "Go" })).toEqual({ title: "New", categoryId: "2" });
  expect(changes(now, { tags: [], labels: [] })).toEqual({ tags: [], labels: [] });
});

test("a plan leaves as it is what it does not say", () => {
  const plan = { series: "s", date: "2026-01-31", startsAt: "", endsAt: "", title: "Friday", streamTitle: "Friday 3", tags: [], labels: [], number: 3 };
  expect(ofPlan(plan)).toEqual({ title: "Friday 3" });
  expect(ofPlan({ ...plan, category: { id: "2", name: "Go" }, tags: Array.from({ length: 12 }, (_, i) => `t${i}`) }).tags).toHaveLength(10);
});

test("tags are letters and digits, each once, ten at most", () => {
  expect(asTags(["Speed run!", "speedrun", "日本語", " ", "x".repeat(40)])).toEqual(["speedrun", "日本語", "x".repeat(25)]);
  expect(asTags(Array.from({ length: 12 }, (_, i) => `t${i}`))).toHaveLength(10);
});

test("a language that is not listed can still be seen", () => {
  expect(languages("eo")[0]).toEqual({ value: "eo", label: "Esperanto" });
  expect(languages("en").filter(({ value }) => value === "en")).toHaveLength(1);
});
