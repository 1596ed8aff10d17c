/**
 * The two clocks of a stream. Stream time tells when something happened; media time tells where it lies in
 * what is played, which is the clips one after another, without the breaks between them. Both in seconds.
 */

/** A clip that can be played. */
export interface Playable {
  id: string;
  name: string;
  /** The stream time at which it begins. */
  offset: number;
  duration: number;
  /** Plays it by itself. */
  url?: string;
  width?: number;
  height?: number;
  posterUrl?: string;
  spritesUrl?: string;
  hasVideo: boolean;
}

/** Where a clip lies on the media clock, as far as it can be played by now. */
export interface Span {
  clip: Playable;
  start: number;
  duration: number;
}

/** What a playlist says of one segment. */
export interface Segment {
  url: string;
  start: number;
  duration: number;
}

/** So far from its edges one stays within a clip, so that no rounding shows its neighbour's picture. */
const EDGE = 0.02;

/** The clips one after another: what holds until their playlist is known. */
export function inARow(clips: Playable[]): Span[] {
  let start = 0;
  return clips.map((clip) => {
    const span = { clip, start, duration: clip.duration };
    start += clip.duration;
    return span;
  });
}

/** What a playlist holds. A segment names its clip in a playlist of several; a playlist of one clip is all that clip's. */
export function spansOf(segments: Segment[], clips: Playable[]): Span[] {
  const spans: Span[] = [];
  for (const { url, start, duration } of segments) {
    const id = /\/(?:clips|media)\/([^/]+)\/cmaf\//.exec(url)?.[1] ?? clips[0]?.id ?? "";
    const last = spans.at(-1);
    if (last?.clip.id === id) last.duration = start + duration - last.start;
    else spans.push({ clip: clips.find((clip) => clip.id === id) ?? unknown(id, start), start, duration });
  }
  return spans;
}

/** A clip of which only its segments are known, as behind a link that opens nothing else. */
function unknown(id: string, offset: number): Playable {
  return { id, name: "", offset, duration: 0, hasVideo: true };
}

/** The span that shows a stream time: `current` if it does, else the first that does, else the next one after. */
export function spanAt(spans: Span[], time: number, current?: string): Span | undefined {
  const showing = spans.filter(({ clip, duration }) => time >= clip.offset && time < clip.offset + duration);
  return showing.find(({ clip }) => clip.id === current) ?? showing[0] ?? spans.find(({ clip }) => clip.offset > time) ?? spans.at(-1);
}

/** The span that is played at a media time. */
export function playedAt(spans: Span[], media: number): Span | undefined {
  return spans.findLast(({ start }) => media >= start - 0.001) ?? spans[0];
}

/** The stream time of a media time. */
export function toStream(spans: Span[], media: number): number {
  const span = playedAt(spans, media);
  return span ? span.clip.offset + Math.min(Math.max(0, media - span.start), span.duration) : media;
}

/** The media time of a stream time within a span; what lies outside becomes its edge. */
export function toMedia({ clip, start, duration }: Span, time: number): number {
  const within = Math.min(time - clip.offset, duration - EDGE);
  return start + Math.max(within, start > 0 ? EDGE : 0);
}
