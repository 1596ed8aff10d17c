/** What is around every page: the palette, and the status of what stands behind. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Stream } from "../src/gen/api";
import { freezeDatabase } from "./outage";
import { Visitor } from "./visitor";

let visitor: Visitor;
let stream: Stream;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  stream = await visitor.post<Stream>("/api/streams", { title: `Zebra crossing speedrun ${Date.now()}` });
});

afterAll(() => visitor?.leave());

async function palette(page: Page) {
  await page.getByRole("heading", { level: 1 }).waitFor();
  // What connects it listens to the keys too.
  await page.getByRole("button", { name: /^Status: (?!Connecting)/ }).filter({ visible: true }).waitFor();
  await page.keyboard.press("Control+k");
  return page.getByRole("combobox", { name: "Search or do" });
}

test("the palette finds a stream by a few letters, and keys alone lead there", async () => {
  const page = await visitor.open("/settings");
  const field = await palette(page);
  await field.fill("zeb cross");
  await page.getByRole("option", { name: stream.title }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/streams/${stream.id}`);
  await page.getByRole("heading", { level: 1, name: stream.title }).waitFor();
  await page.context().close();
});

test("the palette goes to pages, and arrows choose among what it found", async () => {
  const page = await visitor.open("/streams");
  const field = await palette(page);
  await field.fill("settings");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/settings");
  await field.waitFor({ state: "detached" });
  await (await palette(page)).waitFor();
  await page.getByRole("group", { name: "Streams" }).waitFor();
  const chosen = page.getByRole("option", { selected: true });
  const first = await chosen.textContent();
  await page.keyboard.press("ArrowDown");
  expect(await chosen.textContent()).not.toBe(first);
  await page.keyboard.press("ArrowUp");
  expect(await chosen.textContent()).toBe(first);
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.context().close();
});

test("the palette opens by a button too, and does things: a new stream, another theme", async () => {
  const page = await visitor.open("/jobs");
  await page.getByRole("button", { name: "Search", exact: false }).filter({ visible: true }).first().click();
  await page.getByRole("combobox", { name: "Search or do" }).fill("new str");
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "New stream" });
  await form.getByLabel("Title").waitFor();
  await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  await (await palette(page)).fill("theme");
  await page.keyboard.press("Enter");
  await page.locator("html[data-mantine-color-scheme=light]").waitFor();
  await page.context().close();
});

test("on a stream the palette adds a marker", async () => {
  const page = await visitor.open(`/streams/${stream.id}`);
  await page.getByRole("heading", { level: 2, name: "Markers" }).waitFor();
  await (await palette(page)).fill("marker");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /Delete the marker/ }).waitFor();
  await page.context().close();
});

test("what is not found is told", async () => {
  const page = await visitor.open("/jobs");
  await (await palette(page)).fill("no such thing at all");
  await page.getByText("Nothing is called “no such thing at all”.").waitFor();
  await page.context().close();
});

test("a database that is away is named in every page, and it is over when it is back", async () => {
  const page = await visitor.open("/streams");
  const status = page.getByRole("button", { name: /^Status/ }).filter({ visible: true });
  await status.filter({ hasText: "Connected" }).waitFor();
  const thaw = freezeDatabase();
  try {
    await page.getByText("The database is away.").waitFor({ timeout: 60_000 });
    await status.click();
    await page.getByRole("list", { name: "Parts" }).getByRole("listitem").filter({ hasText: "database" }).waitFor();
  } finally {
    thaw();
  }
  await page.getByText("The database is away.").first().waitFor({ state: "detached", timeout: 60_000 });
  await status.filter({ hasText: "Connected" }).waitFor({ timeout: 60_000 });
  await page.context().close();
});

test("a page that is opened while the database is away says so to everybody, and goes on by itself", async () => {
  const thaw = freezeDatabase();
  let page: Page, stranger: Page;
  try {
    page = await visitor.open("/streams");
    stranger = await visitor.stranger("/login");
    await page.getByRole("heading", { name: "The database is away" }).waitFor({ timeout: 60_000 });
    await stranger.getByText("The database is away").waitFor({ timeout: 60_000 });
  } finally {
    thaw();
  }
  await page.getByRole("heading", { level: 1, name: "Streams" }).waitFor({ timeout: 60_000 });
  await stranger.getByText("The database is away").waitFor({ state: "detached", timeout: 60_000 });
  await page.context().close();
  await stranger.context().close();
});

test("signing out by the palette leads to the sign-in page, and back is no way in", async () => {
  const other = await Visitor.signIn();
  const page = await other.open("/streams");
  await (await palette(page)).fill("sign out");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/login");
  await page.goto("/settings");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await other.leave();
});
