/** Links to a moment of a stream: `?t=1h2m3s`, `?t=90` or the same behind a `#`. */
import { linkTime, parseStreamTime } from "../time";

/** The stream time in seconds that an address asks for, out of its search and its hash; undefined when it asks for none. */
export function askedTime(search: string, hash: string): number | undefined {
  for (const part of [search, hash.replace(/^#/, "?")]) {
    const text = new URLSearchParams(part).get("t");
    const at = text === null ? undefined : parseStreamTime(text);
    if (at !== undefined) return at;
  }
  return undefined;
}

/** `page` with the moment `time` to begin at; what is behind its `#` stays. */
export function linkTo(page: string, time: number): string {
  const url = new URL(page);
  url.searchParams.set("t", linkTime(time));
  return url.href;
}
