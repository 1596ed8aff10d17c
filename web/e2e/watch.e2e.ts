/** The page on which everybody may watch what is published, and what a link opens that ends. */
import type { Page, Request } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { required } from "./machine";
import { numberedStream, RATE, SECOND, showsPicture } from "./numbered";
import { Visitor } from "./visitor";

let visitor: Visitor;
let stream: Awaited<ReturnType<typeof numberedStream>>;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  stream = await numberedStream(visitor);
});

beforeEach(async () => {
  await visitor.post(`/api/streams/${stream.id}/unpublish`, {});
});

afterAll(() => visitor?.leave());

/** Turns the switch in the dialog that shares, and hands over the link to the page; none after it was turned off. */
async function share(on: boolean): Promise<string | undefined> {
  const page = await visitor.open(`/streams/${stream.id}`);
  await page.getByRole("button", { name: on ? "Share" : "Public", exact: true }).click();
  await page.getByRole("switch", { name: "Everybody may watch", checked: !on }).click();
  const link = page.getByLabel("Link to the watch page");
  await link.waitFor({ state: on ? "visible" : "detached" });
  const url = on ? await link.inputValue() : undefined;
  await page.context().close();
  // What gives out the media hears of it on its own.
  const media = new URL(`/media/streams/${stream.id}/hls/index.m3u8`, required("AFTERGLOW_URL"));
  await expect.poll(async () => (await fetch(media)).status).toBe(on ? 200 : 401);
  return url && new URL(url).pathname;
}

/** Everything that a page asks the server for, besides what the page itself is made of. */
function asked(page: Page): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => {
    if (/^\/(api|media|ws)\b/.test(new URL(request.url()).pathname)) requests.push(request);
  });
  return requests;
}

async function plays(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Play", exact: true }).first().click();
  const from = await page.evaluate(() => document.querySelector("video")!.currentTime);
  await page.waitForFunction((wanted) => document.querySelector("video")!.currentTime > wanted, from + 1);
}

test("what is not published is not there", async () => {
  const page = await visitor.stranger(`/watch/${stream.id}`);
  await page.getByRole("heading", { name: "There is nothing to watch here" }).waitFor();
  await page.goto("/watch");
  await page.getByRole("heading", { name: "There is nothing to watch here" }).waitFor();
  await page.context().close();
});

test("everybody watches what is published, until it no longer is", async () => {
  const path = await share(true);
  const page = await visitor.stranger("/favicon.svg");
  const requests = asked(page);
  await page.goto(`${path}?t=${SECOND + 3}`);
  await page.getByRole("heading", { level: 1, name: "Numbered" }).waitFor();
  await showsPicture(page, 3 * RATE);
  await page.keyboard.press("j");
  await plays(page);
  const answers = await Promise.all(requests.map(async (request) => ({ path: new URL(request.url()).pathname, status: (await request.response())?.status() })));
  expect(answers.filter(({ status }) => status !== undefined && status >= 400)).toEqual([]);
  expect(answers.filter(({ path: to }) => !to.startsWith("/media/") && to !== `/api/watch/${stream.id}`)).toEqual([]);
  expect(await page.content()).not.toContain("first.mkv");

  await share(false);
  await page.reload();
  await page.getByRole("heading", { name: "There is nothing to watch here" }).waitFor();
  expect((await page.request.get(`/media/streams/${stream.id}/hls/index.m3u8`)).status()).toBe(401);
  await page.context().close();
});

test("who is signed in sees the same page", async () => {
  const path = await share(true);
  const page = await visitor.open(path!);
  await plays(page);
  await page.keyboard.press("m");
  expect(await page.evaluate(() => document.querySelector("video")!.muted)).toBe(true);
  await page.context().close();
});

test("a link that ends opens what is not published", async () => {
  const page = await visitor.open(`/streams/${stream.id}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = new URL(await page.getByLabel("Watch page", { exact: true }).inputValue());
  await page.context().close();
  const stranger = await visitor.stranger(`${link.pathname}?t=5${link.hash}`);
  await showsPicture(stranger, 5 * RATE);
  await plays(stranger);
  await stranger.context().close();

  const forger = await visitor.stranger(`/watch${link.hash.replace(/.$/, (last) => (last === "A" ? "B" : "A"))}`);
  await forger.getByRole("alert").filter({ hasText: "cannot be watched any more" }).waitFor();
  await forger.context().close();
});
