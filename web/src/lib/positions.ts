/** Where one stopped watching, kept in this browser for each stream. */

export interface Position {
  /** The stream time in seconds. */
  at: number;
  /** How long the stream was then, in seconds. */
  of: number;
  /** When that was, in milliseconds since 1970. */
  seen: number;
}

const KEY = "afterglow.positions";
/** As many streams are remembered; the one watched longest ago is forgotten first. */
const KEPT = 200;
/** Seconds from either end in which there is nothing to go on with. */
const START = 10;
const END = 20;

/** Where to go on watching a stream; undefined when one has not begun, or is through. */
export function positionOf(stream: string): Position | undefined {
  return read()[stream];
}

/** Remembers where one is in a stream that is `of` seconds long. */
export function keepPosition(stream: string, at: number, of: number, now = Date.now()): void {
  const positions = read();
  delete positions[stream];
  if (at >= START && at <= of - Math.min(END, of / 10)) positions[stream] = { at, of, seen: now };
  const newest = Object.entries(positions).sort(([, a], [, b]) => b.seen - a.seen).slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // The browser keeps nothing: one begins anew next time.
  }
}

function read(): Record<string, Position> {
  try {
    return Object.fromEntries(
      Object.entries(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, Partial<Position> | null>)
        .filter((entry): entry is [string, Position] => [entry[1]?.at, entry[1]?.of, entry[1]?.seen].every(Number.isFinite)),
    );
  } catch {
    return {};
  }
}
