/** From a file to watching it, marking it together, and seeing in the log how it came to be. */
import { fileURLToPath } from "node:url";
import type * as Dash from "dashjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clip } from "../src/gen/api";
import { Visitor } from "./visitor";

const DASH = fileURLToPath(new URL("../node_modules/dashjs/dist/modern/umd/dash.all.min.js", import.meta.url));

let visitor: Visitor;
let clip: Clip;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  clip = await visitor.addSample();
});

afterAll(() => visitor?.leave());

/** Runs in the page: whether the video has moved on by `seconds`. */
const movedOn = (seconds: number) => (document.querySelector("video")?.currentTime ?? 0) > seconds;

test("the recording plays as HLS in the app's player", async () => {
  const page = await visitor.open(`/streams/${clip.streamId}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  // It pauses where it looks: the sample is soon over.
  await page.waitForFunction(() => {
    const video = document.querySelector("video");
    return video && video.currentTime > 2 && (video.pause(), true);
  });
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  expect(await page.evaluate(() => document.querySelector("video")?.videoWidth)).toBeGreaterThan(0);
  await page.context().close();
});

test("the recording plays as DASH in dash.js", async () => {
  const page = await visitor.open("/login", { bypassCSP: true });
  await page.setContent("<video muted playsinline></video>");
  await page.addScriptTag({ path: DASH });
  await page.evaluate((url) => {
    const { dashjs } = window as unknown as { dashjs: typeof Dash };
    dashjs.MediaPlayer().create().initialize(document.querySelector("video")!, url, true);
  }, new URL(clip.dashUrl ?? "", page.url()).href);
  await page.waitForFunction(movedOn, 2);
  expect(await page.evaluate(() => document.querySelector("video")?.videoWidth)).toBeGreaterThan(0);
  await page.context().close();
});

test("a link opens the stream at its time", async () => {
  const page = await visitor.open(`/streams/${clip.streamId}?t=3s`);
  await page.waitForFunction(() => {
    const video = document.querySelector("video");
    return video && video.readyState > 1 && Math.abs(video.currentTime - 3) < 0.5;
  });
  await page.context().close();
});

test("a marker set in one browser appears in another without a reload, and so does its end", async () => {
  const here = await visitor.open(`/streams/${clip.streamId}`);
  const there = await visitor.open(`/streams/${clip.streamId}`);
  await there.getByRole("status").filter({ hasText: "Connected" }).waitFor();
  const label = `Seen by both ${Date.now()}`;
  await here.getByLabel("Label of a new marker").fill(label);
  await here.getByRole("button", { name: "Add the marker" }).click();
  await there.getByRole("listitem").filter({ hasText: label }).waitFor();
  await here.getByRole("button", { name: `Delete the marker ${label}` }).click();
  await there.getByRole("listitem").filter({ hasText: label }).waitFor({ state: "detached" });
  await here.context().close();
  await there.context().close();
});

test("the key M marks the moment, and deleting can be undone", async () => {
  const page = await visitor.open(`/streams/${clip.streamId}?t=2s`);
  await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) > 1);
  const label = `By key ${Date.now()}`;
  await page.keyboard.press("m");
  await page.getByLabel(/^Marker at/).fill(label);
  await page.keyboard.press("Enter");
  const item = page.getByRole("listitem").filter({ hasText: label });
  await item.waitFor();
  await page.getByRole("button", { name: `Delete the marker ${label}` }).click();
  await item.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await item.waitFor();
  await page.context().close();
});

test("the log shows that the clip was packaged, and the chain that led there", async () => {
  const page = await visitor.open(`/log?name=clip.packaged&id=${clip.id}`);
  await page.getByRole("option").filter({ hasText: "clip.packaged" }).first().click();
  const chain = page.getByRole("region", { name: "Cause and effect" });
  await chain.getByRole("link").filter({ hasText: "clip.registered" }).waitFor();
  expect(await chain.locator("[aria-current='true']").textContent()).toContain("clip.packaged");
  expect(await page.getByRole("region", { name: "Payload" }).textContent()).toContain(clip.id);
  await page.context().close();
});

test("an event appears in the log as it happens", async () => {
  const log = await visitor.open(`/log?aggregate=stream&id=${clip.streamId}`);
  await log.getByText("Following").waitFor();
  const options = log.getByRole("option");
  await options.first().waitFor();
  const before = await options.first().getAttribute("id");
  const page = await visitor.open(`/streams/${clip.streamId}`);
  await page.getByLabel("Label of a new marker").fill("For the log");
  await page.getByRole("button", { name: "Add the marker" }).click();
  await log.waitForFunction((id) => document.querySelector("[role=option]")?.id !== id, before);
  await page.context().close();
  await log.context().close();
});

test("without a network the page does not say that it is live, and a marker keeps its label", async () => {
  const page = await visitor.open(`/streams/${clip.streamId}`);
  const chip = (text: string) => page.getByRole("status").filter({ hasText: text }).first().waitFor();
  await chip("Connected");
  const field = page.getByLabel("Label of a new marker");
  const label = `Offline ${Date.now()}`;
  await field.fill(label);
  await page.context().setOffline(true);
  await chip("Reconnecting");
  await page.getByRole("button", { name: "Add the marker" }).click();
  await page.getByText("The marker was not saved.").waitFor();
  expect(await field.inputValue()).toBe(label);
  await page.context().setOffline(false);
  await chip("Connected");
  await page.getByRole("button", { name: "Add the marker" }).click();
  await page.getByRole("listitem").filter({ hasText: label }).waitFor();
  await expect.poll(() => field.inputValue()).toBe("");
  await page.context().close();
});

test("a stream is made before there is a recording, and marked while it is live", async () => {
  const page = await visitor.open("/streams");
  await page.getByRole("button", { name: "New stream" }).filter({ visible: true }).click();
  const title = `Live ${Date.now()}`;
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByLabel("Label of a new marker").fill("It begins");
  await page.getByRole("button", { name: "Add the marker" }).click();
  await page.getByRole("listitem").filter({ hasText: "It begins" }).waitFor();
  await expect.poll(() => page.getByLabel("Label of a new marker").inputValue()).toBe("");
  await page.getByLabel("Stream time").fill("1:02:03");
  await page.getByLabel("Label of a new marker").fill("It ends");
  await page.getByRole("button", { name: "Add the marker" }).click();
  await page.getByRole("listitem").filter({ hasText: "1:02:03" }).waitFor();
  await page.context().close();
});
