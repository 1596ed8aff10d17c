import { RotateCcw } from "lucide-react";
import type { Fault } from "./hls";
import classes from "./Obstacle.module.css";
import type { Playback, PlaybackState } from "./playback";

const FAULTS: Record<Fault, { text: string; todo: string }> = {
  gone: { text: "This cannot be watched any more.", todo: "It was removed, or is no longer open to you." },
  lost: { text: "The recording cannot be reached right now.", todo: "It goes on by itself as soon as the connection is back." },
  unplayable: { text: "This browser cannot play the recording.", todo: "Try again, choose another quality, or open it in another browser." },
};

/** Seconds from the end of what is ready, within which waiting means waiting for more to become ready. */
const EDGE = 2;

/** What keeps the picture from moving: that it loads, that no more is ready yet, or what is wrong. */
export function Obstacle({ state, playback, stopped }: { state: PlaybackState; playback: Playback; stopped: boolean }) {
  const { fault, waiting, playing, growing, spans } = state;
  if (stopped && fault) {
    const { text, todo } = FAULTS[fault];
    return (
      <div className={classes.fault} role="alert">
        <p className={classes.text}>{text}</p>
        <p className={classes.todo}>{todo}</p>
        <button type="button" className={classes.retry} onClick={() => playback.retry()}><RotateCcw size={16} aria-hidden="true" />Try again</button>
      </div>
    );
  }
  if (!playing || !waiting) return null;
  const last = spans.at(-1);
  const edge = growing && last !== undefined && playback.time > last.clip.offset + last.duration - EDGE;
  return (
    <div className={classes.waiting} role="status">
      <span className={classes.ring} role="img" aria-label="Loading" />
      {edge && <p className={classes.todo}>This is all that is ready so far. It goes on by itself.</p>}
    </div>
  );
}
