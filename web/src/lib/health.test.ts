import { expect, test } from "vitest";
import { setAside, trouble, type Health, type Part } from "./health";

function health(...parts: Partial<Part>[]): Health {
  const all = parts.map((part): Part => ({ name: "", ok: true, lag: 0, ...part }));
  return { ok: all.every(({ ok }) => ok), parts: all };
}

test("while all is well, or nothing is known yet, there is no trouble", () => {
  expect(trouble("live", health({ name: "log", ok: true }, { name: "clips", ok: true, lag: 12 }))).toBeUndefined();
  expect(trouble("live", undefined)).toBeUndefined();
  expect(trouble("connecting", undefined)).toBeUndefined();
});

test("no connection says more than what was last heard of the parts", () => {
  expect(trouble("down", health({ name: "database", ok: false }))?.title).toBe("No connection to Afterglow");
});

test("a part that others need is told, not those that need it", () => {
  const told = trouble("live", health({ name: "clips", ok: false }, { name: "database", ok: false }, { name: "log", ok: true }));
  expect(told).toMatchObject({ title: "The database is away", mild: false });
});

test("a service alone is mild, and named", () => {
  expect(trouble("live", health({ name: "clips", ok: false }))).toMatchObject({ title: "The service “clips” is not well", mild: true });
  expect(trouble("live", health({ name: "clips", ok: false }, { name: "jobs", ok: false }))?.title).toContain("clips, jobs");
});

test("what is set aside is counted over all parts", () => {
  expect(setAside(health({ name: "log" }, { name: "clips", parked: 2 }, { name: "jobs", parked: 1 }))).toBe(3);
});
