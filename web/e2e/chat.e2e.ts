/** What was written: added from a file, in step with the player, found again over all streams, and erased. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clip, Imported } from "../src/gen/api";
import { required } from "./machine";
import { Visitor } from "./visitor";

/** So many messages are in the file, over so many seconds; two take turns, and the last is by somebody else. */
const COUNT = 120;
const LENGTH = 5.5;
const RUN = Date.now();

let visitor: Visitor;
let clip: Clip;
let folder: string;
let file: string;

const word = (i: number) => `moment${String(i).padStart(3, "0")}x${RUN}`;
const atOf = (i: number) => (i * LENGTH) / COUNT;

/** A message as TwitchDownloader writes it. */
function comment(i: number, person: { id: string; name: string }, text: string) {
  return {
    _id: `${RUN}-${i}`, content_offset_seconds: atOf(i), commenter: { _id: person.id, name: person.name.toLowerCase(), display_name: person.name },
    message: { body: text, bits_spent: 0, fragments: [{ text, emoticon: null }], user_badges: [], user_color: null },
  };
}

const OURS = { id: `${RUN}1`, name: "Ours" };
const THEIRS = { id: `${RUN}2`, name: "Theirs" };
const LEAVES = { id: `${RUN}3`, name: "Leaves" };

beforeAll(async () => {
  visitor = await Visitor.signIn();
  folder = mkdtempSync(join(tmpdir(), "afterglow-chat-"));
  file = join(folder, "chat.json");
  const comments = Array.from({ length: COUNT }, (_, i) => comment(i, i === COUNT - 1 ? LEAVES : i % 2 ? THEIRS : OURS, `This is ${word(i)}`));
  writeFileSync(file, JSON.stringify({ streamer: { id: 1001, name: "ours" }, comments }));
  // The sample, and then what players do not look at: a recording, and so a stream, of this run's own.
  const recording = Buffer.concat([readFileSync(required("AFTERGLOW_SAMPLE")), Buffer.from(`chat ${RUN}`)]);
  clip = await visitor.sendFile("chat.mp4", recording, { title: `Talkative ${RUN}`, startedAt: new Date(RUN - 3_600_000).toISOString() });
  await visitor.until<Clip>(`/api/clips/${clip.id}`, ({ playable }) => playable);
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await visitor?.leave();
});

const stream = (search = "") => visitor.open(`/streams/${clip.streamId}${search}`);
const chat = (page: Page) => page.getByRole("log", { name: "Chat of the stream" });
const line = (page: Page, i: number) => chat(page).getByText(word(i));

async function choose(page: Page, path: string): Promise<void> {
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).click();
  await (await choosing).setFiles(path);
}

test("a stream without chat says how to come by one, and takes a chat file once", async () => {
  const page = await stream();
  await page.getByRole("radiogroup", { name: "Beside the player" }).getByText("Chat").click();
  await page.getByRole("heading", { name: "No chat was captured" }).waitFor();
  await page.getByRole("button", { name: "Import a chat file" }).click();

  const wrong = join(folder, "wrong.json");
  writeFileSync(wrong, "<html>no chat</html>");
  await choose(page, wrong);
  await page.getByRole("alert").getByText("choose “JSON” as the format").waitFor();
  await choose(page, file);
  await page.getByText(`${COUNT} added, 0 known.`).waitFor();
  await page.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("heading", { name: `${COUNT} messages` }).waitFor();

  await page.getByRole("button", { name: "Download or import the chat" }).click();
  await page.getByRole("menuitem", { name: "Import a chat file…" }).click();
  await choose(page, file);
  await page.getByText(`0 added, ${COUNT} known.`).waitFor();
  await page.context().close();
});

test("the chat goes with the player, and holds still while one looks around", async () => {
  const page = await stream("?t=3");
  const reached = Math.floor((3 * COUNT) / LENGTH);
  await line(page, reached - 1).waitFor();
  expect(await line(page, reached + 2).count()).toBe(0);

  await chat(page).hover();
  await page.mouse.wheel(0, -500);
  await page.getByRole("button", { name: "Back to 0:03" }).waitFor();
  await line(page, reached - 1).waitFor({ state: "detached" });
  const slider = page.getByRole("slider", { name: "Time in the stream" });
  await slider.focus();
  await page.keyboard.press("End");
  await page.getByRole("button", { name: /^Back to 0:0[56]$/ }).click();
  await line(page, COUNT - 1).waitFor();
  await page.context().close();
});

test("a message leads to its moment, by mouse and by key", async () => {
  const page = await stream("?t=5");
  await page.waitForFunction(() => {
    const video = document.querySelector("video");
    return video && video.readyState >= 2 && video.currentTime > 4.9;
  });
  const number = 100; // it stands shortly before the end of what was written by then
  await line(page, number).click();
  await page.waitForFunction((at) => Math.abs(document.querySelector("video")!.currentTime - at) < 0.3, atOf(number));
  await line(page, number + 1).waitFor({ state: "detached" });
  await chat(page).getByRole("button", { name: /^Go to 0:0/ }).first().press("Enter");
  await page.waitForFunction((before) => document.querySelector("video")!.currentTime < before, atOf(number) - 0.3);
  await page.context().close();
});

test("words in the chat of a stream lead to their second", async () => {
  const page = await stream();
  await page.getByRole("button", { name: "Search in this chat" }).click();
  const found = page.getByRole("search", { name: "This chat" });
  await page.keyboard.type(word(100));
  await found.getByText(word(100)).click();
  await page.waitForFunction((at) => Math.abs(document.querySelector("video")!.currentTime - at) < 0.3, atOf(100));
  await page.getByLabel("Words in this chat").fill(`nobody${RUN}`);
  await found.getByText("Nobody wrote that here.").waitFor();
  await page.getByLabel("Words in this chat").press("Escape");
  await found.waitFor({ state: "detached" });
  await page.context().close();
});

test("the chat is taken away as subtitles, as data and as text", async () => {
  const page = await stream();
  await page.getByRole("button", { name: "Download or import the chat" }).click();
  for (const [name, begins] of [["Subtitles (WebVTT)", "WEBVTT"], ["Everything (JSON)", "{"], ["To read (text)", ""]] as const) {
    const href = await page.getByRole("menuitem", { name }).getAttribute("href");
    const answer = await page.request.get(href!);
    expect(answer.ok()).toBe(true);
    const text = await answer.text();
    expect(text.startsWith(begins)).toBe(true);
    expect(text).toContain(word(7));
  }
  await page.context().close();
});

test("how much was written stands over the seek bar", async () => {
  const page = await stream();
  await page.locator("svg[viewBox='0 0 100 100'] path[d^='M0 100']").waitFor({ state: "attached" });
  await page.context().close();
});

test("a search over all streams is kept in the address, and a hit leads to its second", async () => {
  const page = await visitor.open("/chat");
  await page.getByRole("main").getByRole("region").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(word(60));
  const hits = page.getByRole("region", { name: `Talkative ${RUN}` });
  await hits.getByText(word(60)).waitFor();
  await page.waitForURL((url) => url.searchParams.get("q") === word(60));
  await page.reload();
  await hits.getByRole("link", { name: `Watch “Talkative ${RUN}” at 0:02` }).click();
  await page.waitForURL(/\/streams\/.*t=2s/);
  await page.goBack();
  await page.getByLabel("Search messages").fill(`nobody${RUN}`);
  await page.getByRole("heading", { name: "No message is like that" }).waitFor();
  await page.getByRole("button", { name: "Show all messages" }).click();
  await page.waitForURL((url) => url.pathname === "/chat" && url.search === "");
  await page.context().close();
});

test("a stream and a person narrow the list", async () => {
  const page = await visitor.open(`/chat?stream=${clip.streamId}&user=${THEIRS.id}&sort=oldest`);
  const hits = page.getByRole("region", { name: `Talkative ${RUN}` });
  await hits.getByText(word(1)).waitFor();
  expect(await hits.getByText(word(2)).count()).toBe(0);
  await page.getByRole("button", { name: "By Theirs" }).click();
  await hits.getByText(word(2)).waitFor();
  await expect.poll(() => page.getByRole("combobox", { name: "Stream" }).inputValue()).toBe(`Talkative ${RUN}`);
  await page.context().close();
});

test("a name leads to the person, who can be erased everywhere", async () => {
  const page = await visitor.open(`/chat?q=${word(COUNT - 1)}`);
  await page.getByRole("button", { name: "Leaves" }).click();
  await page.getByRole("heading", { level: 1, name: "Leaves" }).waitFor();
  await page.getByRole("link", { name: `Talkative ${RUN}` }).first().waitFor();
  await page.getByRole("button", { name: "Erase…" }).click();
  await page.getByRole("dialog").getByText("1 message in the history").waitFor();
  await page.getByRole("button", { name: "Erase everything" }).click();
  await page.getByRole("heading", { name: "Leaves is erased" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Nothing of this person is kept" }).waitFor();
  await page.goto(`/chat?q=${word(COUNT - 1)}`);
  await page.getByRole("heading", { name: "No message is like that" }).waitFor();

  // The same file brings nobody back.
  const told = await visitor.post<Imported>("/api/chat/imports", {
    stream: clip.streamId, channel: "1001", comments: [comment(COUNT - 1, LEAVES, `This is ${word(COUNT - 1)}`)],
  });
  expect(told).toEqual({ added: 0, known: 1 });
  await page.context().close();
});
