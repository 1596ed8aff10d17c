import { beforeEach, expect, test, vi } from "vitest";
import { keepPosition, positionOf } from "./positions";

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal("localStorage", { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, text: string) => stored.set(key, text) });
});

test("a stream goes on where one stopped", () => {
  keepPosition("a", 754, 3600, 1);
  keepPosition("b", 30, 60, 2);
  expect(positionOf("a")).toEqual({ at: 754, of: 3600, seen: 1 });
  expect(positionOf("b")?.at).toBe(30);
  expect(positionOf("c")).toBeUndefined();
});

test("at its very start and at its end there is nothing to go on with", () => {
  keepPosition("a", 754, 3600, 1);
  keepPosition("a", 3, 3600, 2);
  expect(positionOf("a")).toBeUndefined();
  keepPosition("a", 3590, 3600, 3);
  expect(positionOf("a")).toBeUndefined();
  keepPosition("short", 12, 15, 4);
  expect(positionOf("short")?.at).toBe(12);
});

test("the streams watched longest ago are forgotten", () => {
  for (let i = 0; i < 250; i++) keepPosition(`s${i}`, 60, 3600, i);
  expect(positionOf("s49")).toBeUndefined();
  expect(positionOf("s50")).toBeDefined();
});

test("what somebody else left under the same name does no harm", () => {
  for (const text of ["{", "null", "[]", '{"a":null,"b":{"at":"x"}}']) {
    stored.set("afterglow.positions", text);
    expect(positionOf("a")).toBeUndefined();
    expect(positionOf("b")).toBeUndefined();
  }
});
