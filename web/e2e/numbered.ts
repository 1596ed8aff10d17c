/** A stream of two recordings with a break between them, in which every picture shows its number. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "playwright-core";
import type { Clip } from "../src/gen/api";
import { required } from "./machine";
import type { Visitor } from "./visitor";

/** Pictures a second. */
export const RATE = 30;
/** When the second recording begins, as a stream time in seconds; the first is 40 s long, the second 12 s. */
export const SECOND = 60;

const START = Date.parse("2026-01-31T20:00:00Z");

/** Sends both recordings, as a program would, and waits until they can be watched in all sizes. */
export async function numberedStream(visitor: Visitor): Promise<{ id: string; first: Clip; second: Clip }> {
  const send = (file: string, about: object) => visitor.sendFile(basename(file), readFileSync(file), about);
  const first = await send(required("AFTERGLOW_FIRST"), { title: "Numbered", startedAt: new Date(START).toISOString() });
  const second = await send(required("AFTERGLOW_SECOND"), {
    streamId: first.streamId, startedAt: new Date(START + SECOND * 1000).toISOString(),
  });
  for (const { id, name } of [first, second]) {
    await visitor.until<Clip>(`/api/clips/${id}`, ({ state }) => {
      if (state === "failed" || state === "refused") throw new Error(`${name} is ${state}`);
      return state === "packaged";
    });
  }
  return { id: first.streamId, first, second };
}

/** Waits until the picture with this number is shown, or one of its neighbours. */
export async function showsPicture(page: Page, number: number): Promise<void> {
  await page.waitForFunction((wanted) => {
    const video = document.querySelector("video");
    if (!video || video.readyState < 2 || video.seeking) return false;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(video, 0, 0);
    // Bars of 61 in a picture of 854, at a height of 60 to 140 in one of 480; see services/e2e/numbered_test.go.
    let shown = 0;
    for (let bit = 0; bit < 12; bit++) {
      const x = Math.round(((bit + 1.5) * 61 * canvas.width) / 854);
      if (context.getImageData(x, Math.round((100 * canvas.height) / 480), 1, 1).data[0]! > 127) shown += 1 << bit;
    }
    return Math.abs(shown - wanted) <= 1;
  }, number).catch((error: unknown) => {
    throw new Error(`picture ${number} is not shown`, { cause: error });
  });
}
