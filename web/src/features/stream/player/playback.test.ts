import { expect, test } from "vitest";
import { clipAfter, clipAt, type Playable } from "./playback";

function clip(id: string, offset: number, duration: number): Playable {
  return { id, name: id, offset, duration, hlsUrl: "", hasVideo: true };
}

const first = clip("first", 0, 60);
const second = clip("second", 75, 30);
const camera = clip("camera", 10, 20);

test("a time belongs to the clip that covers it, and in a break to the next one", () => {
  expect(clipAt([first, second], 0)).toBe(first);
  expect(clipAt([first, second], 75)).toBe(second);
  expect(clipAt([first, second], 70)).toBe(second);
  expect(clipAt([first, second], 500)).toBe(second);
  expect(clipAt([], 5)).toBeUndefined();
});

test("of two clips over each other, the playing one goes on", () => {
  expect(clipAt([first, camera, second], 15)).toBe(first);
  expect(clipAt([first, camera, second], 15, camera)).toBe(camera);
  expect(clipAt([first, camera, second], 40, camera)).toBe(first);
});

test("after a clip comes the next that goes on longer", () => {
  expect(clipAfter([first, camera, second], first)).toBe(second);
  expect(clipAfter([first, camera, second], camera)).toBe(second);
  expect(clipAfter([first, second], second)).toBeUndefined();
});
