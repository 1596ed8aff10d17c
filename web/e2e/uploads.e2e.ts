/** How recordings come in by the page: many at once, from folders, and through reloads and lost networks. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Locator, Page, Request, Route } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clip, UnfinishedUpload, Upload } from "../src/gen/api";
import { required } from "./machine";
import { Visitor } from "./visitor";

const PART = 16 << 20;

let visitor: Visitor;
let folder: string;
let count = 0;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  folder = mkdtempSync(join(tmpdir(), "afterglow-uploads-"));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await visitor?.leave();
});

/** A recording of some parts that nobody has sent before: the sample, and then what players do not look at. */
function recording(parts: number, name = `Take ${++count} of ${process.pid}.mkv`): string {
  const path = join(folder, name);
  const sample = readFileSync(required("AFTERGLOW_SAMPLE"));
  const rest = Buffer.alloc(Math.max(64, (parts - 0.5) * PART - sample.length), `${Date.now()} ${count} `);
  writeFileSync(path, Buffer.concat([sample, rest]));
  return path;
}

const tray = (page: Page) => page.getByRole("region", { name: "Uploads" });
const itemOf = (page: Page, path: string) => tray(page).getByRole("listitem", { name: basename(path) });
const finished = (item: Locator) => item.getByText("Ready", { exact: true }).waitFor({ timeout: 150_000 });

async function choose(page: Page, button: string | RegExp, files: string | string[]): Promise<void> {
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).first().click();
  await (await choosing).setFiles(files);
}

const add = (page: Page, files: string | string[]) => choose(page, /^(Add|Choose) a recording$/, files);

/** The number of the part that a request puts to the object store; undefined for any other request. */
function partOf(request: Request): number | undefined {
  const part = new URL(request.url()).searchParams.get("partNumber");
  return request.method() === "PUT" && part ? Number(part) : undefined;
}

/** Keeps parts from arriving; answers which were put so far, and how to let go of them: those that are kept are lost. */
async function hold(page: Page, held: (part: number) => boolean): Promise<{ put: number[]; release: () => Promise<void> }> {
  const put: number[] = [];
  const kept: Route[] = [];
  const handle = async (route: Route) => {
    const part = partOf(route.request());
    if (part === undefined) return route.fallback();
    put.push(part);
    if (held(part)) kept.push(route);
    else await route.continue();
  };
  await page.route("**/*", handle);
  return {
    put,
    release: async () => {
      await page.unroute("**/*", handle);
      await Promise.all(kept.map((route) => route.abort("connectionreset").catch(() => {}))); // one of a page that is gone
    },
  };
}

test("an upload that a reload cut short goes on with the same file, and sends only what is missing", async () => {
  const page = await visitor.open("/streams");
  const path = recording(3);
  const before = await hold(page, (part) => part > 1);
  await add(page, path);
  await itemOf(page, path).getByText(/^16\.8 MB of/).waitFor();
  await page.reload();
  await before.release();

  const unfinished = tray(page);
  await unfinished.getByText("Unfinished uploads").waitFor();
  await unfinished.getByText(/Choose the same file to go on/).waitFor();
  const other = recording(1);
  await choose(page, "Choose the file", other);
  await page.getByText(/1 file differs from what was stopped/).waitFor();
  const after = await hold(page, () => false);
  await choose(page, "Choose the file", path);
  await finished(itemOf(page, path));
  expect(after.put.sort()).toEqual([2, 3]);
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await tray(page).count()).toBe(0);
  await page.context().close();
});

test("where the browser lets a page keep its access to a file, one click goes on", async () => {
  const page = await visitor.open("/streams");
  await page.context().addInitScript(() => {
    // The page's own file system gives the same handles as the window in which one chooses.
    Object.assign(window, {
      showOpenFilePicker: async () => [await (await navigator.storage.getDirectory()).getFileHandle("Kept.mkv", { create: true })],
    });
  });
  await page.reload();
  const path = recording(2);
  const bytes = readFileSync(path).toString("base64");
  await page.evaluate(async (content) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle("Kept.mkv", { create: true });
    const writing = await handle.createWritable();
    await writing.write(Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0)));
    await writing.close();
  }, bytes);
  const before = await hold(page, (part) => part > 1);
  await page.getByRole("button", { name: /^(Add|Choose) a recording$/ }).click();
  await itemOf(page, "Kept.mkv").getByText(/^16\.8 MB of/).waitFor();
  await page.reload();
  await before.release();
  await tray(page).getByRole("button", { name: "Go on", exact: true }).click();
  await finished(itemOf(page, "Kept.mkv"));
  await page.context().close();
});

test("an upload goes on by itself when the network is back", async () => {
  const page = await visitor.open("/streams");
  const path = recording(3);
  const held = await hold(page, (part) => part > 1);
  await add(page, path);
  const item = itemOf(page, path);
  await item.getByText(/^16\.8 MB of/).waitFor();
  await page.context().setOffline(true);
  await held.release();
  await item.getByText(/Goes on by itself/).waitFor();
  await page.context().setOffline(false);
  await finished(item);
  await page.context().close();
});

test("two files go at a time; a paused one makes room and goes on later, a cancelled one comes back by undo", async () => {
  const page = await visitor.open("/streams");
  const held = await hold(page, () => true);
  const paths = [recording(1), recording(1), recording(1)];
  const [first, second, third] = paths.map((path) => itemOf(page, path)) as [Locator, Locator, Locator];
  await add(page, paths);
  await third.getByText(/^Next in line/).waitFor();
  await first.getByText(/^0 B of/).waitFor();
  await second.getByText(/^0 B of/).waitFor();
  await first.getByRole("button", { name: /^Pause/ }).click();
  await first.getByText(/paused$/).waitFor();
  await third.getByText(/^0 B of/).waitFor();
  await second.getByRole("button", { name: /^Cancel/ }).click();
  await second.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await second.waitFor();
  await held.release();
  await first.getByRole("button", { name: /^Go on/ }).click();
  for (const item of [first, second, third]) await finished(item);
  await page.context().close();
});

test("files that are dropped are taken; what is no recording is refused, with its reason", async () => {
  const page = await visitor.open("/jobs");
  await page.getByRole("heading", { level: 1 }).waitFor();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["These are only words. ", String(Date.now())], "notes.mp4", { type: "video/mp4" }));
    transfer.items.add(new File([], "nothing.mkv"));
    return transfer;
  });
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await page.getByText("Drop to add").waitFor();
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await page.getByText("Drop to add").waitFor({ state: "detached" });
  await itemOf(page, "nothing.mkv").getByRole("alert").getByText(/empty/).waitFor();
  await itemOf(page, "notes.mp4").getByRole("alert").waitFor({ timeout: 150_000 });
  await page.context().close();
});

test("of a folder the recordings are taken, those in its folders too; parts of one evening become one stream", async () => {
  const page = await visitor.open("/streams");
  const evening = join(folder, "evening");
  mkdirSync(join(evening, "later"), { recursive: true });
  const made = [recording(1, "2025-03-01 20-00-00.mkv"), recording(1, "2025-03-01 20-00-06.mkv")];
  copyFileSync(made[0]!, join(evening, basename(made[0]!)));
  copyFileSync(made[1]!, join(evening, "later", basename(made[1]!)));
  writeFileSync(join(evening, "notes.txt"), "no recording");
  await page.getByRole("button", { name: "Other ways to add" }).click();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("menuitem", { name: "Choose a folder" }).click();
  await (await choosing).setFiles(evening);
  await page.getByText("1 other file left out").waitFor();
  for (const path of made) await finished(itemOf(page, path));
  const streams = await Promise.all(made.map((path) => itemOf(page, path).getByRole("link", { name: "Open" }).getAttribute("href")));
  expect(streams[0]).toBe(streams[1]);
  await page.context().close();
});

test("what another program has begun to send is gone on with", async () => {
  const page = await visitor.open("/streams");
  const path = recording(2);
  await hold(page, (part) => part > 1);
  await add(page, path);
  await itemOf(page, path).getByText(/^16\.8 MB of/).waitFor();
  const { items } = await (await page.request.get("/api/uploads", { params: { name: basename(path) } })).json() as { items: UnfinishedUpload[] };
  await page.context().close();

  const elsewhere = await visitor.open("/streams");
  const { put } = await hold(elsewhere, () => false);
  await add(elsewhere, path);
  await finished(itemOf(elsewhere, path));
  expect(put).toEqual([2]);
  const told = await (await elsewhere.request.get(`/api/uploads/${items[0]!.id}`)).json() as Upload;
  const clip = await (await elsewhere.request.get(`/api/clips/${told.clip}`)).json() as Clip;
  expect(clip.name).toBe(basename(path));
  await elsewhere.context().close();
});
