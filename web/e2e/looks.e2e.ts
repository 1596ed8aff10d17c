/** Every page, on a desk and on a phone, dark and light: nothing that keeps people out, nothing wider than the window. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Clip } from "../src/gen/api";
import { Visitor } from "./visitor";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let visitor: Visitor;
let clip: Clip;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  clip = await visitor.addSample();
});

afterAll(() => visitor?.leave());

const PAGES: { name: string; path: () => string; ready: string }[] = [
  { name: "streams", path: () => "/streams", ready: "a[href^='/streams/'] h2" },
  { name: "streams, nothing found", path: () => "/streams?q=no-such-stream", ready: "h2" },
  { name: "one stream", path: () => `/streams/${clip.streamId}`, ready: "[role=slider]" },
  { name: "no such stream", path: () => "/streams/nothing", ready: "[role=alert]" },
  { name: "jobs", path: () => "/jobs", ready: "[role=tabpanel] h2" },
  { name: "log", path: () => "/log", ready: "[role=option]" },
  { name: "one event", path: () => "/log?seq=1", ready: "aside pre" },
  { name: "settings", path: () => "/settings", ready: "section h2" },
  { name: "sign-in", path: () => "/login", ready: "form" },
  { name: "set-up", path: () => "/setup", ready: "h1" },
];

const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

describe.each(["dark", "light"])("%s", (theme) => {
  describe.each(SIZES)("$width wide", (viewport) => {
    test.each(PAGES)("$name", async ({ path, ready }) => {
      const page = await visitor.open(path(), { viewport, theme, reducedMotion: "reduce", bypassCSP: true });
      await page.locator(ready).first().waitFor();
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>("axe.run()");
      const barriers = violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      expect(barriers).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      await page.context().close();
    });
  });
});
