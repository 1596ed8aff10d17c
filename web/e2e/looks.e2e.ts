/** Every page, on a desk and on a phone, dark and light: nothing that keeps people out, nothing wider than the window. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Clip } from "../src/gen/api";
import { Visitor } from "./visitor";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let visitor: Visitor;
let clip: Clip;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  clip = await visitor.addSample();
  await visitor.post(`/api/streams/${clip.streamId}/publish`, {});
});

afterAll(() => visitor?.leave());

const PAGES: { name: string; path: () => string; ready: string }[] = [
  { name: "streams", path: () => "/streams", ready: "main a[href^='/streams/']" },
  { name: "streams, nothing found", path: () => "/streams?q=no-such-stream", ready: "h2" },
  { name: "one stream", path: () => `/streams/${clip.streamId}`, ready: "[role=slider]" },
  { name: "no such stream", path: () => "/streams/nothing", ready: "[role=alert]" },
  { name: "a new stream", path: () => "/streams?new=stream", ready: "[role=dialog] input" },
  { name: "live", path: () => "/live", ready: "h1" },
  { name: "connections", path: () => "/settings/connections", ready: "section h3" },
  { name: "chat", path: () => "/chat", ready: "h2" },
  { name: "chat, nothing found", path: () => "/chat?q=no-such-word", ready: "h2" },
  { name: "nobody who writes", path: () => "/chat/people/nobody", ready: "h1" },
  { name: "series", path: () => "/series", ready: "h2" },
  { name: "a new series", path: () => "/series/new", ready: "#upcoming" },
  { name: "jobs", path: () => "/jobs", ready: "[role=tabpanel] h2" },
  { name: "jobs, one pipeline in detail", path: () => `/jobs?of=${clip.id}`, ready: "[aria-label=Jobs] li" },
  { name: "jobs of one reactor", path: () => "/jobs?reactor=clips-probe", ready: "[aria-label=Jobs] li" },
  { name: "reactors", path: () => "/jobs?view=reactors", ready: "[role=tabpanel] dl" },
  { name: "dead letters", path: () => "/jobs?view=letters", ready: "[role=tabpanel] h2" },
  { name: "log", path: () => "/log", ready: "[role=option]" },
  { name: "one event", path: () => "/log?seq=1", ready: "aside [aria-label='What it carries']" },
  { name: "a thing as it was", path: () => `/log/state?topic=stream/${clip.streamId}`, ready: "section[aria-label='What changed'] li" },
  { name: "settings", path: () => "/settings", ready: "section h2" },
  { name: "watching", path: () => `/watch/${clip.streamId}`, ready: "[role=slider]" },
  { name: "nothing to watch", path: () => "/watch/nothing", ready: "h1" },
  { name: "sign-in", path: () => "/login", ready: "form" },
  { name: "set-up", path: () => "/setup", ready: "h1" },
  { name: "an invitation that is over", path: () => "/invite#token=of-nobody", ready: "h1" },
  { name: "another password", path: () => "/reset#token=of-nobody", ready: "form" },
];

/** Waits until everything that moves, and ends, has ended. */
const settle = () => Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
  .map(({ finished }) => finished)).then(() => undefined);

const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

describe.each(["dark", "light"])("%s", (theme) => {
  describe.each(SIZES)("$width wide", (viewport) => {
    const look = (path: string) => visitor.open(path, { viewport, theme, reducedMotion: "reduce", bypassCSP: true });
    const wantOpenToAll = async (page: Page) => {
      await page.mouse.move(0, 0);
      await page.evaluate(settle);
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>("axe.run()");
      const barriers = violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      expect(barriers).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      await page.context().close();
    };

    test.each(PAGES)("$name", async ({ path, ready }) => {
      const page = await look(path());
      await page.locator(ready).first().waitFor();
      await wantOpenToAll(page);
    });

    test("the palette", async () => {
      const page = await look("/streams");
      await page.locator("h2").first().waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
      await wantOpenToAll(page);
    });

    test("what a clip is made of, and who may watch it", async () => {
      const page = await look(`/streams/${clip.streamId}`);
      await page.getByRole("button", { name: /^Technical facts/ }).first().click();
      await page.getByRole("button", { name: "Public" }).click();
      await page.getByRole("button", { name: "Make a link" }).click();
      await page.getByLabel("For other players").waitFor();
      await wantOpenToAll(page);
    });

    test("the menus and the help of the player", async () => {
      const page = await look(`/watch/${clip.streamId}`);
      await page.getByRole("button", { name: /^Speed/ }).click();
      await page.getByRole("menuitemradio", { name: "2×" }).click();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await wantOpenToAll(page);
    });

    test("the status", async () => {
      const page = await look("/streams");
      await page.getByRole("button", { name: "Status: Connected" }).filter({ visible: true }).click();
      await page.getByRole("list", { name: "Parts" }).waitFor();
      await wantOpenToAll(page);
    });
  });
});
