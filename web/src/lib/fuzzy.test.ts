import { expect, test } from "vitest";
import { match } from "./fuzzy";

/** The texts that fit, the best first. */
function found(query: string, texts: string[]): string[] {
  return texts
    .flatMap((text) => {
      const fit = match(query, text);
      return fit ? [{ text, score: fit.score }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ text }) => text);
}

test("every word has to occur, in any order", () => {
  expect(found("ramen chat", ["Cooking with chat: ramen", "Ramen", "Just chatting"])).toEqual(["Cooking with chat: ramen"]);
});

test("the beginning of a word beats its middle, and that beats scattered letters", () => {
  expect(found("art", ["A rat trap", "Smart cooking", "Viewer art"])).toEqual(["Viewer art", "Smart cooking", "A rat trap"]);
});

test("first letters of words find what they stand for", () => {
  expect(match("nst", "New stream")?.marks).toEqual([0, 4, 5]);
  expect(match("ns", "New stream")?.marks).toEqual([0, 4]);
});

test("what is marked is what was typed", () => {
  const text = "Building a synth in the browser";
  const marks = match("syn brow", text)!.marks;
  expect(marks.map((at) => text[at]).join("")).toBe("synbrow");
});

test("nothing typed fits everything, and other scripts are found too", () => {
  expect(match("", "anything")?.marks).toEqual([]);
  expect(match("ラーメン", "今夜はラーメン")).toBeDefined();
  expect(match("xyz", "anything")).toBeUndefined();
  expect(match("syn", "Subathon day 3 (the long one)")).toBeUndefined();
});
