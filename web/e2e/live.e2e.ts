/** The live page, while a channel is on air. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calls, happen } from "./twitch";
import { Visitor } from "./visitor";

let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  page = await visitor.open("/settings/connections");
  const connect = page.getByRole("link", { name: /^Connect (Twitch|again)$/ });
  await connect.or(page.getByText("Connected and heard")).first().waitFor();
  if (await connect.count() > 0) await connect.click();
  await page.getByText("Connected and heard").waitFor();
  await page.goto("/live");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await happen("online");
  await page.getByRole("heading", { level: 1, name: /^Live/ }).waitFor();
});

afterAll(async () => {
  await happen("offline");
  await visitor?.leave();
});

const messages = () => page.getByRole("log", { name: "Messages" });
const say = (text: string, user = "theirs") => happen("chat", { user, text });

test("what is written stands there at once, with its emotes, and what is deleted is struck", async () => {
  const text = `good evening ${Date.now()}`;
  await say(`${text} Kappa`);
  const line = messages().locator("[data-index]").filter({ hasText: text });
  await line.getByRole("img", { name: "Kappa" }).waitFor();
  await happen("delete", { user: "theirs" });
  await line.locator("del").waitFor();
});

test("one answers somebody, and it stands there as the channel's", async () => {
  const text = `a question ${Date.now()}`;
  await say(text);
  const line = messages().locator("[data-index]").filter({ hasText: text });
  await line.hover();
  await line.getByRole("button", { name: /^Reply to/ }).click();
  const field = page.getByRole("textbox", { name: "Message" });
  const answer = `an answer ${Date.now()}`;
  await field.fill(answer);
  await field.press("Enter");
  await messages().locator("[data-index]").filter({ hasText: answer }).getByText(/^Replying to/).waitFor();
  await expect.poll(() => field.inputValue()).toBe("");
  await field.fill(answer);
  await field.press("Enter");
  await page.getByRole("form", { name: "Write a message" }).getByRole("alert").waitFor();
  expect(await field.inputValue()).toBe(answer);
  await field.fill("");
});

test("of thousands of messages few are in the page, and it holds still while one reads further up", async () => {
  await happen("chat", { user: "theirs", text: "one of many", times: 1 });
  for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 50 }, (_, k) => say(`many ${i * 50 + k}`)));
  await say("the last of many");
  await messages().getByText("the last of many").waitFor({ timeout: 120_000 });
  expect(await messages().locator("[data-index]").count()).toBeLessThan(80);
  await messages().hover();
  await page.mouse.wheel(0, -2_000);
  const back = page.getByRole("button", { name: /^(Back to the newest|\d+ new messages?)$/ });
  await back.waitFor();
  // A turn of the wheel moves the list for a while: it stands when it is found at the same place twice.
  await page.waitForFunction(() => {
    const box = document.querySelector<HTMLElement>("[role=log][aria-label=Messages]")!;
    const was = box.dataset.was;
    box.dataset.was = String(box.scrollTop);
    return was === box.dataset.was;
  }, undefined, { polling: 300 });
  const before = await messages().evaluate((box) => box.scrollTop);
  await say("come later");
  await page.getByRole("button", { name: "1 new message" }).waitFor();
  expect(await messages().evaluate((box) => box.scrollTop)).toBe(before);
  await back.click();
  await messages().getByText("come later").waitFor();
  await back.waitFor({ state: "detached" });
});

test("activity shows as it happens: alerts, until one asks for more", async () => {
  const activity = page.getByRole("region", { name: "Activity" });
  const viewers = 2 + (Date.now() % 900);
  const raid = activity.getByText(`raids with ${viewers} viewers`);
  await happen("raid", { user: "theirs", count: viewers });
  await raid.waitFor();
  await activity.getByRole("combobox", { name: "Show" }).click();
  await page.getByRole("option", { name: "Raids", exact: true }).click();
  await raid.waitFor();
  await activity.getByRole("combobox", { name: "Show" }).click();
  await page.getByRole("option", { name: "Alerts" }).click();
});

test("only what was changed is sent to Twitch, and can be taken back", async () => {
  const info = page.getByRole("form", { name: "Stream info" });
  const title = info.getByRole("textbox", { name: "Title" });
  const before = await title.inputValue();
  const sent = await calls("PATCH /helix/channels");
  expect(await info.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  await title.fill("Another title");
  const asking = page.waitForRequest((request) => request.method() === "PATCH" && request.url().endsWith("/api/twitch/channel"));
  await info.getByRole("button", { name: "Save" }).click();
  expect((await asking).postDataJSON()).toEqual({ title: "Another title" });
  await page.getByText("Twitch shows the new title").waitFor();
  expect(await calls("PATCH /helix/channels")).toBe(sent + 1);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction((was) => document.querySelector<HTMLTextAreaElement>("form[aria-label='Stream info'] textarea")?.value === was, before);
});

test("a category is found by a part of its name", async () => {
  const info = page.getByRole("form", { name: "Stream info" });
  await info.getByRole("combobox", { name: "Category" }).fill("art");
  await page.getByRole("option", { name: /art/i }).first().click();
  await info.getByRole("button", { name: "Discard" }).click();
});

test("moments are marked by a key, by the button, and out of the chat", async () => {
  const markers = page.getByRole("region", { name: "Markers" });
  const list = markers.getByRole("list");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("m");
  await list.getByText("Marker", { exact: true }).first().waitFor();
  await markers.getByLabel("Label of a new marker").fill("by hand");
  await markers.getByRole("button", { name: "Add the marker" }).click();
  await list.getByText("by hand").waitFor();
  await say("!mark out of the chat", "ours");
  await list.getByText("out of the chat").waitFor();
});

test("ads are put off and run, and the next ones wait until they may", async () => {
  const ads = page.getByRole("region", { name: "Ads" });
  await ads.getByRole("button", { name: "Run ads now" }).click();
  await ads.getByRole("button", { name: /^Again in/ }).waitFor();
});

test("the stream is ended by hand, and the page leads to it", async () => {
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("dialog").getByText("Twitch is still live").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "End the stream" }).click();
  await page.getByRole("heading", { level: 1, name: "Offline" }).waitFor();
  await page.getByText("Last stream:").getByRole("link").click();
  await page.waitForURL(/\/streams\/[^/]+$/);
});
