import { expect, test } from "vitest";
import type { Command } from "../../lib/commands";
import { grouped, rank } from "./rank";

const command = (group: string, title: string, keywords?: string): Command => ({ id: title, group, title, keywords, icon: null, run: () => {} });
const COMMANDS = [
  command("Streams", "Login screen makeover"), command("Actions", "Sign out", "log out"), command("Go to", "Log", "events"), command("Go to", "Settings"),
];
const titles = (query: string) => rank(COMMANDS, query).map((entry) => entry.command.title);

test("without a query all commands keep their order", () => {
  expect(titles(" ")).toEqual(COMMANDS.map(({ title }) => title));
});

test("titles come before keywords, and shorter titles first", () => {
  expect(titles("log")).toEqual(["Log", "Login screen makeover", "Sign out"]);
  expect(titles("events")).toEqual(["Log"]);
  expect(titles("nothing like it")).toEqual([]);
});

test("groups are numbered in the order in which they are shown", () => {
  const groups = grouped(rank(COMMANDS, "s"));
  expect(groups.flatMap(({ ranked }) => ranked.map(({ index }) => index))).toEqual([0, 1, 2, 3]);
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
});
