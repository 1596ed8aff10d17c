/** The player: the right picture at the right time, whatever is done to it. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { numberedStream, RATE, SECOND, showsPicture } from "./numbered";
import { Visitor } from "./visitor";

let visitor: Visitor;
let stream: Awaited<ReturnType<typeof numberedStream>>;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  stream = await numberedStream(visitor);
});

afterAll(() => visitor?.leave());

const open = (query = "") => visitor.open(`/streams/${stream.id}${query}`, { permissions: ["clipboard-read", "clipboard-write"] });
const slider = (page: Page) => page.getByRole("slider", { name: "Time in the stream" });
const at = (page: Page, time: string) => page.locator(`[role=slider][aria-valuetext^="${time} of "]`).waitFor();

/** Opens the stream at a time; keys act from then on. */
async function openAt(seconds: number): Promise<Page> {
  const page = await open(`?t=${seconds}`);
  await showsPicture(page, seconds * RATE);
  return page;
}

/** Waits until the video has moved on by `seconds` from where it is. */
async function moves(page: Page, seconds = 1): Promise<void> {
  const from = await page.evaluate(() => document.querySelector("video")!.currentTime);
  await page.waitForFunction((wanted) => document.querySelector("video")!.currentTime > wanted, from + seconds);
}

test.each([["?t=25", 25], ["?t=0m31s", 31], ["#t=7", 7], ["?t=0:12", 12]])("an address with %s begins there", async (query, seconds) => {
  const page = await open(query);
  await showsPicture(page, seconds * RATE);
  await page.context().close();
});

test("seeking shows the picture of that time, also in the other recording", async () => {
  const page = await openAt(3);
  await page.locator(`[role=slider][aria-valuemax="${SECOND + 12}"]`).waitFor(); // it knows of both
  const click = async (seconds: number) => {
    const { width, height } = (await slider(page).boundingBox())!;
    await slider(page).click({ position: { x: (width * seconds) / (SECOND + 12), y: height / 2 } });
  };
  for (const [seconds, number] of [[36, 36], [SECOND + 6, 6], [18, 18], [SECOND + 2, 2]] as const) {
    await click(seconds);
    await page.waitForFunction((wanted) => Math.abs(Number(document.querySelector("[role=slider]")?.getAttribute("aria-valuenow")) - wanted) <= 1, seconds);
    const begin = seconds < SECOND ? 0 : 40;
    await page.waitForFunction((wanted) => Math.abs(document.querySelector("video")!.currentTime - wanted) < 0.5, begin + number);
    const time = await page.evaluate(() => document.querySelector("video")!.currentTime);
    await showsPicture(page, Math.floor((time - begin) * RATE + 0.01));
  }
  await page.context().close();
});

test("in the break between recordings there is nothing: it goes on with the next", async () => {
  const page = await open("?t=50");
  await showsPicture(page, 0);
  await at(page, "1:00");
  await page.context().close();
});

test("one recording goes over into the next by itself", async () => {
  const page = await openAt(38);
  await page.keyboard.press("k");
  // The second in which it says 1:01 is soon over.
  await page.waitForFunction((second) => {
    const [bar, video] = [document.querySelector("[role=slider]"), document.querySelector("video")];
    return Number(bar?.getAttribute("aria-valuenow")) > second && video?.paused === false;
  }, SECOND);
  await page.context().close();
});

test("it goes picture by picture", async () => {
  const page = await openAt(5);
  await page.keyboard.press(".");
  await page.keyboard.press(".");
  await page.keyboard.press(".");
  const time = () => page.evaluate(() => document.querySelector("video")!.currentTime);
  await expect.poll(time).toBeCloseTo(5 + 3.5 / RATE, 2);
  await page.keyboard.press(",");
  await expect.poll(time).toBeCloseTo(5 + 2.5 / RATE, 2);
  await showsPicture(page, 5 * RATE + 2);
  await page.context().close();
});

test("the quality is what was chosen, at the same time", async () => {
  const page = await openAt(4);
  const height = (wanted: number) => page.waitForFunction((pixels) => document.querySelector("video")!.videoHeight === pixels, wanted);
  await page.keyboard.press("k");
  const quality = page.getByRole("button", { name: /^Quality/ });
  for (const size of [240, 480]) {
    await page.locator("video").hover();
    await quality.focus(); // so that the controls stay while it plays
    await quality.click();
    await page.getByRole("menuitemradio", { name: `${size}p` }).click();
    await height(size);
    await moves(page);
  }
  await page.locator("video").hover();
  await page.getByRole("button", { name: "Quality: 480p" }).focus();
  await page.getByRole("button", { name: "Quality: 480p" }).click();
  await page.getByRole("menuitemradio", { name: "Auto" }).click();
  await page.getByRole("button", { name: "Quality: Auto" }).waitFor();
  await page.context().close();
});

test("each audio track can be chosen", async () => {
  const page = await openAt(2);
  await page.getByRole("button", { name: "Audio track" }).click();
  await page.getByRole("menuitemradio", { name: /Microphone/ }).click();
  await page.getByRole("button", { name: "Audio track" }).click();
  await page.getByRole("menuitemradio", { name: /Microphone/, checked: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("k");
  await moves(page);
  await page.context().close();
});

test("keys do what the help says", async () => {
  const page = await openAt(20);
  const state = <T>(what: (video: HTMLVideoElement) => T) => page.evaluate(`(${what.toString()})(document.querySelector("video"))`) as Promise<T>;
  await page.keyboard.press("l");
  await at(page, "0:30");
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowLeft");
  await at(page, "0:15");
  await page.keyboard.press("ArrowRight");
  await at(page, "0:20");
  await page.keyboard.press("9");
  await at(page, "1:04");
  await page.keyboard.press("0");
  await at(page, "0:00");
  await page.keyboard.press("ArrowDown");
  expect(await state((video) => video.volume)).toBeCloseTo(0.9);
  await page.keyboard.press(">");
  await page.getByRole("button", { name: "Speed: 1.25×" }).waitFor();
  expect(await state((video) => video.playbackRate)).toBe(1.25);
  await page.keyboard.press("<");
  expect(await state((video) => video.playbackRate)).toBe(1);
  await page.keyboard.press(" ");
  await moves(page, 0.5);
  await page.keyboard.press("k");
  expect(await state((video) => video.paused)).toBe(true);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys of the player" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.fullscreenElement !== null);
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.fullscreenElement === null);
  await page.context().close();
});

test("C copies a link to this moment", async () => {
  const page = await openAt(17);
  // It is said for a moment only.
  const said = page.waitForFunction(() => document.body.textContent.includes("Link to 0:17 copied"));
  await page.keyboard.press("c");
  await said;
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(new URL(`/streams/${stream.id}?t=17s`, page.url()).href);
  await page.context().close();
});

test("the seek bar shows what is there, to a mouse and to keys", async () => {
  const page = await openAt(3);
  const { width, height } = (await slider(page).boundingBox())!;
  await slider(page).hover({ position: { x: width * 0.9, y: height / 2 } });
  await page.locator("[style*='sprites-']").waitFor();
  await page.mouse.move(0, 0);
  await page.locator("[style*='sprites-']").waitFor({ state: "detached" });
  await slider(page).focus();
  // After a key it stands there for a moment only.
  const shown = page.waitForFunction(() => document.querySelector("[style*='sprites-']"));
  await page.keyboard.press("PageUp");
  await shown;
  await at(page, "1:03");
  await page.context().close();
});

test("who comes back goes on where they stopped, or starts over", async () => {
  const page = await openAt(21);
  await page.keyboard.press("k");
  // It pauses where it looks: at 0:30 it would be too late.
  await page.waitForFunction(() => {
    const video = document.querySelector("video")!;
    return video.currentTime > 22 && (video.pause(), true);
  });
  await page.goto(`/streams/${stream.id}`);
  await page.getByText(/^Continue at 0:2\d$/).waitFor();
  await page.waitForFunction(() => document.querySelector("video")!.currentTime > 21);
  await page.getByRole("button", { name: "Start over" }).click();
  await showsPicture(page, 0);
  await at(page, "0:00");
  await page.context().close();
});

test("what cannot be reached is said, and goes on by itself", async () => {
  const page = await visitor.open("/streams");
  await page.route("**/*.m4s", (route) => route.abort());
  await page.goto(`/streams/${stream.id}?t=9`);
  await page.getByRole("alert").filter({ hasText: "cannot be reached right now" }).waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.unroute("**/*.m4s");
  await showsPicture(page, 9 * RATE);
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.context().close();
});

test("a clip tells what it is made of", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Technical facts of first.mkv" }).click();
  await page.getByText(/^854 × 480, 30 fps, h264/).first().waitFor();
  await page.getByText(/^Microphone, aac, mono/).waitFor();
  await page.context().close();
});

test("a clip and a stream are deleted on purpose only", async () => {
  const stream = await visitor.post<{ id: string }>("/api/streams", { title: `Not for long ${Date.now()}` });
  const { id } = await visitor.sendFile("notes.mp4", Buffer.from(`No recording: ${Date.now()}`), { streamId: stream.id });
  const page = await visitor.open(`/streams/${stream.id}`);
  await page.getByRole("heading", { name: "This file cannot be played" }).waitFor({ timeout: 120_000 });
  const remove = async (answer: string) => {
    await page.getByRole("button", { name: "What can be done with notes.mp4" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("button", { name: answer }).click();
  };
  await remove("Keep it");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await remove("Delete the clip");
  await page.getByRole("heading", { name: "No recording yet" }).waitFor();
  await expect.poll(async () => (await page.request.get(`/api/clips/${id}`)).status()).toBe(404);

  await page.getByRole("button", { name: "What can be done with this stream" }).click();
  await page.getByRole("menuitem", { name: "Delete the stream…" }).click();
  await page.getByRole("button", { name: "Delete the stream", exact: true }).click();
  await page.waitForURL("**/streams");
  await page.goto(`/streams/${stream.id}`);
  await page.getByRole("heading", { name: "This stream could not be shown" }).waitFor();
  await page.context().close();
});
