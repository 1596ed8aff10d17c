/** Keeps where one is in a stream, so that one can go on there another time. */
import { useEffect } from "react";
import { keepPosition } from "../positions";
import type { Playback } from "./playback";

/** So many seconds of playing are lost at most. */
const GRAIN = 5;

export function useKeptPosition(playback: Playback, streamId: string, duration: number): void {
  useEffect(() => {
    let kept = playback.time;
    let begun = false;
    const keep = () => {
      if (!begun) return;
      kept = playback.time;
      keepPosition(streamId, kept, duration);
    };
    const stops = [
      playback.watchTime(() => {
        if (Math.abs(playback.time - kept) >= GRAIN) keep();
      }),
      playback.watchState(() => {
        const { playing } = playback.state;
        // Whoever only looks at the page, or follows a link and leaves, has not watched.
        begun ||= playing;
        if (!playing) keep();
      }),
    ];
    addEventListener("pagehide", keep);
    return () => {
      keep();
      removeEventListener("pagehide", keep);
      for (const stop of stops) stop();
    };
  }, [playback, streamId, duration]);
}
