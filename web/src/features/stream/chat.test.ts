import type { Activity, Message } from "../../gen/api";
import { expect, test } from "vitest";
import { parcels, readChat } from "./imports";
import { lines, reached, stretchOf, withGaps } from "./replay";

const message = (id: string, at: number) => ({ id, at, text: id }) as Message;
const activity = (id: string, at: number, more: Partial<Activity> = {}) => ({ id, at, kind: "follow", alert: true, ...more }) as Activity;

test.each([[0, 3_600, 3_600], [10_000, 14_400, 240], [100_000, 3_600, 60], [30, 90, 120]])(
  "%i messages in %i s are read in stretches of %i s", (messages, duration, stretch) => expect(stretchOf(messages, duration)).toBe(stretch),
);

test("what was written and what happened come in the order of their time, none twice", () => {
  const read = lines({ items: [message("a", 1), message("c", 5), message("c", 5)], activities: [activity("b", 3)] });
  expect(read.map(({ key }) => key)).toEqual(["a", "b", "c"]);
});

test("a cheer is told once, and book-keeping not at all", () => {
  expect(lines({ items: [], activities: [activity("a", 1, { kind: "cheer" }), activity("b", 2, { alert: false })] })).toEqual([]);
});

test.each([[0, 0], [1, 1], [4.9, 2], [99, 3]])("at %d s so many lines are reached: %i", (time, count) => {
  expect(reached(lines({ items: [message("a", 1), message("b", 2), message("c", 5)], activities: [] }), time)).toBe(count);
});

test("a gap stands where it begins, and in no other part of the stream", () => {
  const all = lines({ items: [message("a", 1), message("b", 9)], activities: [] });
  const gap = { source: "twitch", from: 5, to: 8, why: "away", filled: [], missing: ["chat"] };
  expect(withGaps(all, [gap], 0, 60).map(({ key }) => key)).toEqual(["a", "gap twitch 5", "b"]);
  expect(withGaps(all, [gap], 60, 120)).toBe(all);
  expect(withGaps([], [{ ...gap, from: -20 }], 0, 60).map(({ at }) => at)).toEqual([0]);
});

test("a chat file tells its channel", () => {
  const file = readChat(JSON.stringify({ streamer: { id: 1001, name: "ours" }, comments: [{ _id: "a" }] }));
  expect(file).toEqual({ channel: "1001", streamer: "ours", comments: [{ _id: "a" }] });
});

test.each([
  ["<html>", /not JSON/], ["null", /no chat/], ['{"video":{}}', /no chat/], ['{"comments":[]}', /Nobody wrote/],
])("%s is no chat file, and it is said why", (text, why) => expect(() => readChat(text)).toThrow(why));

test("parts hold no more than the server takes, and nothing is left out", () => {
  const many = parcels(Array.from({ length: 1_201 }, (_, i) => ({ _id: String(i) })));
  expect(many.map(({ length }) => length)).toEqual([500, 500, 201]);
  const long = parcels(Array.from({ length: 10 }, (_, i) => ({ _id: String(i), body: "x".repeat(100_000) })));
  expect(long.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2]);
});
