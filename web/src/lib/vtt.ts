/** Thumbnails on a seek bar: a WebVTT file whose cues name regions (`#xywh=`) of sprite sheets. */

/** A picture for the span `[start, end)` of seconds; `url` is absolute. */
export interface Sprite {
  start: number;
  end: number;
  url: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const TIMING = /^(\S+)\s+-->\s+(\S+)/;

/** Reads the cues of a sprites file that was loaded from `base`. Cues without a region are left out. */
export function parseSprites(text: string, base: string): Sprite[] {
  const sprites: Sprite[] = [];
  for (const block of text.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => TIMING.test(line));
    const timing = TIMING.exec(lines[at] ?? "");
    const payload = lines[at + 1]?.trim();
    if (!timing?.[1] || !timing[2] || !payload) continue;
    const [path, region] = payload.split("#xywh=");
    const [x, y, width, height] = (region ?? "").replace("pixel:", "").split(",").map(Number);
    if (!path || x === undefined || y === undefined || !width || !height) continue;
    sprites.push({
      start: seconds(timing[1]), end: seconds(timing[2]),
      url: new URL(path, base).href, x, y, width, height,
    });
  }
  return sprites.sort((a, b) => a.start - b.start);
}

/** The sprite that shows time `at`; the last one before it when there is a hole. */
export function spriteAt(sprites: Sprite[], at: number): Sprite | undefined {
  let low = 0;
  let high = sprites.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sprites[middle]!.start <= at) low = middle + 1;
    else high = middle;
  }
  return sprites[Math.max(0, low - 1)];
}

/** Reads `01:02:03.400` or `02:03.400`. */
function seconds(stamp: string): number {
  return stamp.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}
