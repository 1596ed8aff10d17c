import { expect, test } from "vitest";
import type { EventRecord } from "../../gen/api";
import { extend, passes, prepend } from "./order";
import { grow } from "./tree";

function event(seq: number, change: Partial<EventRecord> = {}): EventRecord {
  return {
    log: "FACTS", seq, subject: "", event: "clip.registered", version: 1, id: `e${seq}`,
    aggregate: "clip", aggregateId: "c1", time: "2026-11-21T12:00:00Z", data: {}, ...change,
  };
}

const seqs = (events: EventRecord[]) => events.map(({ seq }) => seq);

test("new events come in front, in order and once", () => {
  expect(seqs(prepend([event(5), event(4)], [event(5), event(6), event(7)]))).toEqual([7, 6, 5, 4]);
  expect(seqs(prepend([], [event(1)]))).toEqual([1]);
});

test("older events go to the end, once", () => {
  expect(seqs(extend([event(5), event(4)], [event(4), event(2)]))).toEqual([5, 4, 2]);
});

test("a pushed event passes the filters that history was read with", () => {
  expect(passes(event(1), { log: "FACTS" })).toBe(true);
  expect(passes(event(1), { log: "FACTS", event: "clip.registered", aggregate: "clip", id: "c1" })).toBe(true);
  expect(passes(event(1), { log: "FACTS", id: "c2" })).toBe(false);
  expect(passes(event(1), { log: "FACTS", event: "clip.packaged" })).toBe(false);
});

test("effects hang below their causes, and a cause that is not there makes a root", () => {
  const roots = grow([
    event(1, { causation: "elsewhere" }), event(2, { causation: "e1" }), event(3, { causation: "e2" }), event(4, { causation: "e1" }), event(2),
  ]);
  expect(roots).toHaveLength(1);
  expect(roots[0]!.effects.map((branch) => branch.event.seq)).toEqual([2, 4]);
  expect(roots[0]!.effects[0]!.effects.map((branch) => branch.event.seq)).toEqual([3]);
});
