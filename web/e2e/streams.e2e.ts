/** The list of streams: found by words, filters and order, all kept in the address. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import type { Clip, Stream } from "../src/gen/api";
import { Visitor } from "./visitor";

const NAME = `Odd ${Date.now()}`;

let visitor: Visitor;
let clip: Clip;
let streams: Stream[];

beforeAll(async () => {
  visitor = await Visitor.signIn();
  clip = await visitor.addSample();
  streams = [];
  for (const [title, startedAt] of [[`${NAME} alpha`, "2024-02-10T12:00:00Z"], [`${NAME} gamma`, "2024-03-10T12:00:00Z"], [`${NAME} beta`, "2024-02-20T12:00:00Z"]]) {
    streams.push(await visitor.post<Stream>("/api/streams", { title, startedAt }));
  }
});

afterAll(() => visitor?.leave());

const titles = (page: Page) => page.locator("h3").allTextContents();
const shows = (page: Page, ...words: string[]) => page.waitForFunction(
  (expected) => JSON.stringify([...document.querySelectorAll("h3")].map(({ textContent }) => textContent)) === JSON.stringify(expected),
  words.map((word) => `${NAME} ${word}`),
);

test("words and an order are kept in the address, a reload shows the same, and back undoes the last step", async () => {
  const page = await visitor.open("/streams");
  await page.locator("h3").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(NAME);
  await shows(page, "gamma", "beta", "alpha");
  await page.getByRole("combobox", { name: "Order" }).click();
  await page.getByRole("option", { name: "By title" }).click();
  await shows(page, "alpha", "beta", "gamma");
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ q: NAME, sort: "title" });
  await page.reload();
  await shows(page, "alpha", "beta", "gamma");
  expect(await page.getByRole("textbox", { name: "Search streams" }).inputValue()).toBe(NAME);
  await page.goBack();
  await shows(page, "gamma", "beta", "alpha");
  await page.goBack();
  await page.waitForURL((url) => url.search === "");
  await expect.poll(() => page.getByRole("textbox", { name: "Search streams" }).inputValue()).toBe("");
  await page.context().close();
});

test("a clip's name finds its stream", async () => {
  const page = await visitor.open(`/streams?q=${encodeURIComponent(clip.name)}`);
  await page.locator(`a[href='/streams/${clip.streamId}']`).waitFor();
  await page.context().close();
});

test("days and states narrow the list, and what leaves nothing over is taken back by one click", async () => {
  const page = await visitor.open(`/streams?q=${encodeURIComponent(NAME)}`);
  await shows(page, "gamma", "beta", "alpha");
  await page.getByRole("button", { name: "Any time" }).click();
  await page.getByLabel("From", { exact: true }).fill("2024-02-01");
  await page.getByLabel("To", { exact: true }).fill("2024-02-29");
  await shows(page, "beta", "alpha");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Needs a look" }).click();
  await page.getByRole("heading", { name: "No stream is like that" }).waitFor();
  await page.getByRole("button", { name: /^Only look for/ }).click();
  await shows(page, "gamma", "beta", "alpha");
  await page.getByRole("button", { name: "Empty" }).click();
  await shows(page, "gamma", "beta", "alpha");
  expect(new URL(page.url()).searchParams.get("state")).toBe("empty");
  await page.context().close();
});

test("what everybody may watch says so, and can be looked for", async () => {
  const [alpha] = streams as [Stream];
  await visitor.post(`/api/streams/${alpha.id}/publish`, {});
  const page = await visitor.open(`/streams?q=${encodeURIComponent(NAME)}`);
  await page.locator(`a[href='/streams/${alpha.id}']`).getByText("Published").waitFor();
  await page.getByRole("button", { name: "Published" }).click();
  await shows(page, "alpha");
  await page.getByRole("button", { name: "Private" }).click();
  await shows(page, "gamma", "beta");
  await page.context().close();
});

test("arrow keys lead from stream to stream", async () => {
  const page = await visitor.open(`/streams?q=${encodeURIComponent(NAME)}`);
  await shows(page, "gamma", "beta", "alpha");
  const all = await titles(page);
  await page.locator("a[href^='/streams/'] h3").first().locator("..").focus();
  const focused = () => page.evaluate(() => document.activeElement?.querySelector("h3")?.textContent);
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toBe(all[1]);
  await page.keyboard.press("End");
  expect(await focused()).toBe(all[2]);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/streams/${streams[0]!.id}`);
  await page.context().close();
});

test("a card shows how far one has watched", async () => {
  const page = await visitor.open("/streams");
  await page.evaluate((id) => localStorage.setItem("afterglow.positions", JSON.stringify({ [id]: { at: 30, of: 60, seen: Date.now() } })), clip.streamId);
  await page.reload();
  await page.locator(`a[href='/streams/${clip.streamId}']`).getByRole("img", { name: /watched to 0:30$/ }).first().waitFor();
  await page.context().close();
});

test("a long list goes on while one scrolls", async () => {
  const many = `Many ${Date.now()}`;
  const page = await visitor.open("/streams");
  await page.evaluate(async (name) => {
    const headers = { "Content-Type": "application/json" };
    for (let i = 0; i < 60; i++) {
      const answer = await fetch("/api/streams", { method: "POST", headers, body: JSON.stringify({ title: `${name} ${i}` }) });
      if (!answer.ok) throw new Error(`stream ${i}: ${answer.status}`);
    }
  }, many);
  await page.goto(`/streams?q=${encodeURIComponent(many)}`);
  await page.locator("h3").nth(47).waitFor();
  await page.getByRole("button", { name: "Show more" }).scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("h3").length === 60);
  await page.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
  await page.context().close();
});
