import { expect, test } from "vitest";
import { inARow, playedAt, spanAt, spansOf, toMedia, toStream, type Playable } from "./timeline";

function clip(id: string, offset: number, duration: number): Playable {
  return { id, name: id, offset, duration, hasVideo: true };
}

const first = clip("first", 0, 60);
const second = clip("second", 75, 30);
const camera = clip("camera", 10, 20);
const row = inARow([first, second]);

test("a time belongs to the clip that covers it, and in a break to the next one", () => {
  expect(spanAt(row, 0)?.clip).toBe(first);
  expect(spanAt(row, 75)?.clip).toBe(second);
  expect(spanAt(row, 70)?.clip).toBe(second);
  expect(spanAt(row, 500)?.clip).toBe(second);
  expect(spanAt([], 5)).toBeUndefined();
});

test("of two clips over each other, the playing one goes on", () => {
  const spans = inARow([first, camera, second]);
  expect(spanAt(spans, 15)?.clip).toBe(first);
  expect(spanAt(spans, 15, "camera")?.clip).toBe(camera);
  expect(spanAt(spans, 40, "camera")?.clip).toBe(first);
});

test("breaks are on the stream's clock, not on the media's", () => {
  expect(toStream(row, 59)).toBe(59);
  expect(toStream(row, 60)).toBe(75);
  expect(toStream(row, 70)).toBe(85);
  expect(toMedia(row[1]!, 85)).toBe(70);
  expect(toMedia(row[1]!, 62)).toBeCloseTo(60.02);
  expect(toMedia(row[0]!, -5)).toBe(0);
  expect(toMedia(row[0]!, 900)).toBeCloseTo(59.98);
  expect(playedAt(row, 60)?.clip).toBe(second);
});

test("a playlist tells where its clips lie, and how far they go by now", () => {
  const at = (id: string, start: number) => ({ url: `https://cdn.example/media/streams/s/clips/${id}/cmaf/v/720p/${start}.m4s`, start, duration: 4 });
  const spans = spansOf([at("first", 0), at("first", 4), at("second", 8)], [first, second]);
  expect(spans).toEqual([{ clip: first, start: 0, duration: 8 }, { clip: second, start: 8, duration: 4 }]);
  expect(toStream(spans, 9)).toBe(76);
});

test("a playlist of one clip is all that clip's, and one of clips nobody knows has them in a row", () => {
  expect(spansOf([{ url: "/media/first/cmaf/v/720p/0.m4s", start: 0, duration: 4 }], [first])).toEqual([{ clip: first, start: 0, duration: 4 }]);
  const spans = spansOf([{ url: "/media/signed/t/clips/x/cmaf/v/a/0", start: 0, duration: 4 }, { url: "/media/signed/t/clips/y/cmaf/v/a/0", start: 4, duration: 3 }], []);
  expect(spans.map(({ clip, start, duration }) => [clip.offset, duration, start])).toEqual([[0, 4, 0], [4, 3, 4]]);
});
