import { expect, test } from "vitest";
import { parseSprites, spriteAt } from "./vtt";

const BASE = "http://afterglow.test/media/clip_1/sprites/sprites.vtt";
const FILE = [
  "WEBVTT", "",
  "NOTE made by hand", "",
  "1", "00:00:00.000 --> 00:00:10.000", "sheet-1.jpg#xywh=0,0,160,90", "",
  "00:10.000 --> 00:20.000 align:start", "sheet-1.jpg#xywh=pixel:160,0,160,90", "",
  "01:00:00.500 --> 01:00:10.000", "../more/sheet-2.jpg#xywh=0,90,160,90", "",
  "00:30.000 --> 00:40.000", "no region here", "",
].join("\r\n");

test("cues are read with and without hours, names and settings", () => {
  expect(parseSprites(FILE, BASE)).toEqual([
    { start: 0, end: 10, url: "http://afterglow.test/media/clip_1/sprites/sheet-1.jpg", x: 0, y: 0, width: 160, height: 90 },
    { start: 10, end: 20, url: "http://afterglow.test/media/clip_1/sprites/sheet-1.jpg", x: 160, y: 0, width: 160, height: 90 },
    { start: 3600.5, end: 3610, url: "http://afterglow.test/media/clip_1/more/sheet-2.jpg", x: 0, y: 90, width: 160, height: 90 },
  ]);
});

test("what is no sprites file holds no sprites", () => {
  expect(parseSprites("", BASE)).toEqual([]);
  expect(parseSprites("<html></html>", BASE)).toEqual([]);
});

test("a time finds its sprite, and a hole the one before it", () => {
  const sprites = parseSprites(FILE, BASE);
  expect(spriteAt(sprites, 0)?.start).toBe(0);
  expect(spriteAt(sprites, 9.99)?.start).toBe(0);
  expect(spriteAt(sprites, 10)?.start).toBe(10);
  expect(spriteAt(sprites, 1800)?.start).toBe(10);
  expect(spriteAt(sprites, 99_999)?.start).toBe(3600.5);
  expect(spriteAt([], 1)).toBeUndefined();
});
