import { expect, test } from "vitest";
import type { Message, StreamSummary } from "../../gen/api";
import { around, atIn, placed } from "./places";
import { isFiltered, queryOf } from "./query";

const stream = (id: string, startedAt: string, more: Partial<StreamSummary> = {}) => ({ id, startedAt, duration: 0, ...more }) as StreamSummary;
const message = (id: string, sentAt: string, channel = "1") => ({ id, sentAt, channel }) as Message;

const evening = stream("evening", "2026-01-31T20:00:00Z", { duration: 3_600, channel: "1" });

test("a moment is at its second of a stream, and outside of it at none", () => {
  expect(atIn(evening, "2026-01-31T20:01:30Z")).toBe(90);
  expect(atIn(evening, "2026-01-31T19:59:59Z")).toBeUndefined();
  expect(atIn(evening, "2026-01-31T21:00:01Z")).toBeUndefined();
  expect(atIn(stream("live", "2026-01-31T20:00:00Z", { live: true }), "2026-02-01T20:00:00Z")).toBe(86_400);
  expect(atIn(stream("short", "2026-01-31T20:00:00Z", { endedAt: "2026-01-31T20:10:00Z" }), "2026-01-31T20:09:00Z")).toBe(540);
});

test("messages stand under their streams, and those of another channel do not", () => {
  const places = placed([message("a", "2026-01-31T20:00:10Z"), message("b", "2026-01-31T20:00:20Z"), message("c", "2026-01-31T20:00:30Z", "2")], [evening]);
  expect(places.map(({ stream: its, hits }) => [its?.id, hits.map(({ message: { id }, at }) => [id, at])])).toEqual([
    ["evening", [["a", 10], ["b", 20]]], [undefined, [["c", undefined]]],
  ]);
});

test("streams are looked for around the messages, by whole days", () => {
  expect(around([])).toBeUndefined();
  expect(around([message("a", "2026-01-31T20:00:10Z"), message("b", "2026-01-30T01:00:00Z")])).toEqual({ from: "2026-01-27T00:00:00.000Z", to: "2026-02-02T00:00:00.000Z" });
});

test("an order alone leaves nothing out", () => {
  expect(isFiltered({ sort: "oldest" })).toBe(false);
  expect(isFiltered({ user: "1" })).toBe(true);
  expect(queryOf({ sort: "oldest" }).sort).toBe("sentAt");
  expect(queryOf({ sort: "title" }).sort).toBe("-sentAt");
});
