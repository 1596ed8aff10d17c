/** Work: who does it, what it came to, and what could not be done. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clip } from "../src/gen/api";
import { required } from "./machine";
import { Visitor } from "./visitor";

let visitor: Visitor;
let clip: Clip;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "afterglow-jobs-"));
  visitor = await Visitor.signIn();
  clip = await visitor.addSample();
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await visitor?.leave();
});

test("the work on a clip is one pipeline, whose stages and jobs tell what they came to", async () => {
  const page = await visitor.open("/jobs?state=done");
  const pipeline = page.getByRole("listitem", { name: clip.name }).first();
  await pipeline.getByText("Done", { exact: true }).waitFor({ timeout: 150_000 });
  await pipeline.getByRole("button", { name: /^Details of/ }).click();
  for (const stage of [/looks at what is in a recording/i, /settles how a recording is made playable/i, /draws the poster/i]) await pipeline.getByText(stage).first().waitFor();
  const job = pipeline.getByRole("list", { name: "Jobs" }).getByRole("listitem").filter({ hasText: "clip.probed" });
  await job.getByRole("button", { name: /^Output of/ }).click();
  await job.getByText("It has written nothing.").or(job.getByRole("log")).waitFor();
  await job.getByRole("link", { name: "Cause" }).click();
  await page.getByRole("complementary").getByText("clip.registered").first().waitFor();
  await page.context().close();
});

test("work that goes on is paused, put before other work, cancelled and begun anew", async () => {
  const path = join(folder, `Long ${Date.now()}.mkv`);
  execFileSync("ffmpeg", ["-v", "error", "-stream_loop", "60", "-i", required("AFTERGLOW_SAMPLE"), "-c", "copy", path]);
  const page = await visitor.open("/streams");
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add a recording" }).click();
  await (await choosing).setFiles(path);
  await page.getByRole("link", { name: "Jobs" }).filter({ visible: true }).click();
  const pipeline = page.getByRole("tabpanel").getByRole("listitem", { name: basename(path) });
  await pipeline.getByRole("button", { name: /^Pause/ }).click({ timeout: 120_000 });
  await pipeline.getByText(/^Paused: /).waitFor();
  await pipeline.getByRole("button", { name: /^Raise the priority/ }).click();
  await pipeline.getByText("Priority +1").waitFor();
  await pipeline.getByRole("button", { name: /^Lower the priority/ }).click();
  await pipeline.getByText("Usual priority").waitFor();
  await pipeline.getByRole("button", { name: /^Go on/ }).click();
  await pipeline.getByRole("button", { name: /^Pause/ }).waitFor();
  await pipeline.getByRole("button", { name: /^Cancel the work/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel it" }).click();
  await pipeline.getByRole("button", { name: /^Try again/ }).first().click();
  await pipeline.getByRole("button", { name: /^Cancel the work/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel it" }).click();
  await pipeline.getByRole("button", { name: /^Try again/ }).first().waitFor();
  await page.context().close();
});

test("the jobs of one reactor alone are an address away", async () => {
  const page = await visitor.open("/jobs?view=reactors");
  await page.getByRole("link", { name: "Its jobs: clips-probe" }).click();
  await page.waitForURL("**/jobs?reactor=clips-probe");
  await page.getByRole("list", { name: "Jobs" }).getByRole("listitem").filter({ hasText: clip.name }).first().waitFor();
  await page.getByRole("button", { name: /^clips-probe/ }).click();
  await page.waitForURL((url) => url.search === "");
  await page.context().close();
});

test("every reactor tells what it does, what it acts on, and how its day went", async () => {
  const page = await visitor.open("/jobs");
  await page.getByRole("tab", { name: "Reactors" }).click();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "clips-prepare" }) });
  await card.getByText("Acts on").waitFor();
  await page.waitForFunction(() => /[1-9]\d*Done in 24 h/.test(document.body.textContent ?? ""));
  await card.getByRole("link", { name: "clip.probed" }).click();
  await page.waitForURL("**/log?name=clip.probed");
  await page.getByRole("option").filter({ hasText: "clip.probed" }).first().waitFor();
  await page.context().close();
});

test("a dead letter shows why and what it carries, and is tried again", async () => {
  const letter = required("AFTERGLOW_LETTER");
  const page = await visitor.open("/jobs");
  await page.getByRole("tab", { name: /Dead letters/ }).click();
  const row = page.getByRole("listitem").filter({ hasText: letter });
  await row.getByText("Open", { exact: true }).waitFor();
  await row.getByRole("button", { name: /^Payload/ }).click();
  await row.getByRole("group", { name: "What it carries" }).waitFor();
  await row.getByRole("button", { name: /^Try again/ }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Seen to" }).click();
  await page.getByRole("listitem").filter({ hasText: letter }).getByText(/Being tried again|Handled since/).waitFor();
  await page.context().close();
});

test("the address keeps what one looks at", async () => {
  const page = await visitor.open("/jobs?view=letters&kind=parked");
  const parked = page.getByRole("button", { name: "Set aside by projections" });
  await parked.waitFor();
  expect(await parked.getAttribute("aria-pressed")).toBe("true");
  await page.context().close();
});
