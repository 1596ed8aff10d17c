import { expect, test } from "vitest";
import type { EventRecord, Topic } from "../../gen/api";
import { diff, idsIn } from "./diff";
import { placeOf, steps, type Source } from "./past";
import { extend, passes, prepend } from "./order";
import { otherDay, short, summary, who } from "./summary";
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
  expect(passes(event(1), { log: "FACTS", name: "clip.registered", aggregate: "clip", id: "c1" })).toBe(true);
  expect(passes(event(1), { log: "FACTS", id: "c2" })).toBe(false);
  expect(passes(event(1), { log: "FACTS", name: "clip.packaged" })).toBe(false);
  expect(passes(event(1), { log: "FACTS", since: "2026-11-21T13:00:00+01:00", until: "2026-11-21T12:00:01Z" })).toBe(true);
  expect(passes(event(1), { log: "FACTS", until: "2026-11-21T12:00:00Z" })).toBe(false);
  expect(passes(event(1), { log: "FACTS", since: "2026-11-21T12:00:01Z" })).toBe(false);
});

test("effects hang below their causes, and a cause that is not there makes a root", () => {
  const roots = grow([
    event(1, { causation: "elsewhere" }), event(2, { causation: "e1" }), event(3, { causation: "e2" }), event(4, { causation: "e1" }), event(2),
  ]);
  expect(roots).toHaveLength(1);
  expect(roots[0]!.effects.map((branch) => branch.event.seq)).toEqual([2, 4]);
  expect(roots[0]!.effects[0]!.effects.map((branch) => branch.event.seq)).toEqual([3]);
});

test("a fact is summed up by its plain fields", () => {
  expect(summary({ label: "Hello", at: 2, empty: "", list: [1], ok: false }, "c1")).toBe("label: Hello · at: 2 · ok: false");
  expect(summary({ clip: "c1", stream: "01M7Z35QC7A9D46TVGNZ1YNYTS" }, "c1")).toBe("stream: …1YNYTS");
  expect(summary("text", "c1")).toBe("");
  expect(summary(null, "c1")).toBe("");
});

test("actors and ids are shortened, and oneself is you", () => {
  expect(who("01M7Z35QC7A9D46TVGNZ1YNYTS", "01M7Z35QC7A9D46TVGNZ1YNYTS")).toBe("you");
  expect(who("reactor:clips-probe", "x")).toBe("clips-probe");
  expect(who("01M7Z35QC7A9D46TVGNZ1YNYTS", "x")).toBe("…1YNYTS");
  expect(who(undefined, "x")).toBe("");
  expect(short("c1")).toBe("c1");
});

test("the day is told only when it is another one", () => {
  const now = new Date(2026, 10, 21, 12);
  expect(otherDay(new Date(2026, 10, 21, 1), now)).toBe("");
  expect(otherDay(new Date(2026, 10, 3, 1), now)).toContain("3");
});

test("a difference names the way there, and tells elements apart by their ids", () => {
  const before = { title: "A", clips: [{ id: "x", state: "registered" }, { id: "y", state: "probed" }], gone: 1 };
  const after = { title: "B", clips: [{ id: "y", state: "probed" }, { id: "x", state: "packaged" }, { id: "z", state: "new" }] };
  expect(diff(before, after)).toEqual([
    { path: ["title"], kind: "changed", before: "A", after: "B" },
    { path: ["clips", "x", "state"], kind: "changed", before: "registered", after: "packaged" },
    { path: ["clips", "z"], kind: "added", after: { id: "z", state: "new" } },
    { path: ["gone"], kind: "removed", before: 1 },
  ]);
});

test("lists without ids are compared by place, and what changes its kind has changed as a whole", () => {
  expect(diff([1, 2], [1, 3, 4])).toEqual([
    { path: ["1"], kind: "changed", before: 2, after: 3 }, { path: ["2"], kind: "added", after: 4 },
  ]);
  expect(diff(null, { a: 1 })).toEqual([{ path: [], kind: "changed", before: null, after: { a: 1 } }]);
  expect(diff({ a: [] }, { a: {} })).toEqual([{ path: ["a"], kind: "changed", before: [], after: {} }]);
  expect(diff({ a: 1 }, { a: 1 })).toEqual([]);
});

test("ids are found at any depth, once", () => {
  expect(idsIn({ id: "a", clips: [{ id: "b", more: { id: "a" } }, { id: 3 }], none: null })).toEqual(["a", "b"]);
});

const clips: Topic = { topic: "clip", byId: true, service: "clips", events: ["clip.registered"] };
const stretch = (...sources: Source[]) => ({ kind: clips, sources });

test("the steps of several things are one row, as far back as all of them are known", () => {
  const first = stretch(
    { id: "a", events: [event(9), event(7), event(4)], next: "older" },
    { id: "b", events: [event(8), event(6, { event: "other.happened" }), event(2)] },
  );
  expect(seqs(steps([first]))).toEqual([4, 7, 8, 9]);
  expect(seqs(steps([first, stretch({ id: "a", events: [event(4), event(3), event(1)] })]))).toEqual([1, 2, 3, 4, 7, 8, 9]);
  expect(steps([])).toEqual([]);
});

test("a moment is a position or a time; before the first step there is none", () => {
  const made = [event(5, { time: "2026-11-21T12:00:05Z" }), event(7, { time: "2026-11-21T12:00:07Z" })];
  expect([undefined, "FACTS/7", "FACTS/6", "FACTS/4"].map((at) => placeOf(made, at))).toEqual([1, 1, 0, -1]);
  expect(["2026-11-21T13:00:06+01:00", "2026-11-21T12:00:07Z", "2026-11-20T00:00:00Z"].map((at) => placeOf(made, at))).toEqual([0, 1, -1]);
  expect(["yesterday", "7", "FACTS/x"].map((at) => placeOf(made, at))).toEqual([undefined, undefined, undefined]);
});
