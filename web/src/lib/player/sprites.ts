import { useEffect, useState } from "react";
import { parseSprites, type Sprite } from "../vtt";

const NONE: Sprite[] = [];
const known = new Map<string, Sprite[]>();

/** The sprites of a clip; none until they are loaded, or where there are none. */
export function useSprites(url: string | undefined): Sprite[] {
  const [, setLoaded] = useState<string>();
  useEffect(() => {
    if (!url || known.has(url)) return;
    const leaving = new AbortController();
    fetch(url, { signal: leaving.signal })
      .then(async (answer) => {
        if (!answer.ok) return;
        known.set(url, parseSprites(await answer.text(), new URL(url, location.href).href));
        setLoaded(url);
      })
      .catch(() => {
        // Without pictures the bar tells the time alone; the next look tries again.
      });
    return () => leaving.abort();
  }, [url]);
  return (url && known.get(url)) || NONE;
}
