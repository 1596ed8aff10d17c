import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent } from "react";
import { clock } from "../time";
import { spriteAt, type Sprite } from "../vtt";
import { usePlaybackState, usePlaybackTime, type Playable, type Playback } from "./playback";
import classes from "./Scrubber.module.css";
import { useSprites } from "./sprites";
import { inARow, spanAt } from "./timeline";

/** A moment that is marked on the bar. */
export interface Mark {
  id: string;
  label: string;
  /** The stream time in seconds. */
  at: number;
}

interface ScrubberProps {
  playback: Playback;
  clips: Playable[];
  markers: Mark[];
  duration: number;
}

/** For this many milliseconds after a key the picture stays. */
const PEEK = 1_400;

/** The seek bar: the whole stream, what of it is ready and loaded, the markers, and a picture of where one points. */
export function Scrubber({ playback, clips, markers, duration }: ScrubberProps) {
  const now = usePlaybackTime(playback, 0.1);
  const { spans } = usePlaybackState(playback);
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number>();
  const [dragged, setDragged] = useState<number>();
  const [peeked, peek] = usePeek();
  const share = (seconds: number) => `${duration > 0 ? Math.min(100, (Math.max(0, seconds) / duration) * 100) : 0}%`;
  const time = dragged ?? now;
  const shown = dragged ?? pointed ?? (peeked ? now : undefined);

  const timeAt = (event: PointerEvent) => {
    const { left, width } = bar.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * duration;
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragged(timeAt(event));
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (dragged !== undefined) setDragged(timeAt(event));
    else if (event.pointerType === "mouse") setPointed(timeAt(event));
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    if (dragged === undefined) return;
    playback.seek(timeAt(event));
    setDragged(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -5, ArrowRight: 5, PageDown: -60, PageUp: 60, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    playback.skip(step);
    peek();
  };

  return (
    <div className={classes.scrubber}>
      <div
        ref={bar}
        className={classes.bar}
        role="slider"
        tabIndex={0}
        aria-label="Time in the stream"
        aria-valuemin={0}
        aria-valuemax={Math.round(duration)}
        aria-valuenow={Math.round(time)}
        aria-valuetext={`${clock(time)} of ${clock(duration)}`}
        data-dragging={dragged !== undefined || undefined}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => setDragged(undefined)}
        onPointerLeave={() => setPointed(undefined)}
      >
        <div className={classes.track}>
          {spans.map(({ clip, duration: ready }) => (
            <span key={clip.id} className={classes.clip} style={{ left: share(clip.offset), width: share(ready) }} />
          ))}
          {playback.buffered().map(({ start, end }) => (
            <span key={start} className={classes.buffered} style={{ left: share(start), width: share(end - start) }} />
          ))}
          <span className={classes.played} style={{ width: share(time) }} />
        </div>
        <span className={classes.thumb} style={{ left: share(time) }} />
      </div>
      {markers.filter((marker) => marker.at <= duration).map((marker) => (
        <button
          key={marker.id}
          type="button"
          tabIndex={-1}
          className={classes.marker}
          style={{ left: share(marker.at) }}
          aria-label={`Go to marker ${marker.label}, ${clock(marker.at)}`}
          onPointerEnter={() => setPointed(marker.at)}
          onPointerLeave={() => setPointed(undefined)}
          onClick={() => playback.seek(marker.at)}
        />
      ))}
      {shown !== undefined && duration > 0 && (
        <Preview at={shown} share={shown / duration} clips={clips} marker={nearest(markers, shown, duration)} />
      )}
    </div>
  );
}

/** The marker that the pointer is on, give or take a hundredth of the bar. */
function nearest(markers: Mark[], at: number, duration: number): Mark | undefined {
  return markers
    .filter((marker) => Math.abs(marker.at - at) <= duration / 120)
    .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
}

function Preview({ at, share, clips, marker }: { at: number; share: number; clips: Playable[]; marker?: Mark }) {
  const clip = spanAt(inARow(clips), at)?.clip;
  const sprites = useSprites(clip?.spritesUrl);
  const sprite = clip && spriteAt(sprites, at - clip.offset);
  return (
    <div className={classes.preview} style={{ "--share": share, "--width": `${Math.max(150, sprite?.width ?? 0)}px` } as CSSProperties} aria-hidden="true">
      {sprite && <Picture sprite={sprite} />}
      {marker && <span className={classes.label}>{marker.label}</span>}
      <span className={classes.at}>{clock(marker?.at ?? at)}</span>
    </div>
  );
}

function Picture({ sprite }: { sprite: Sprite }) {
  return (
    <span
      className={classes.picture}
      style={{
        width: sprite.width,
        height: sprite.height,
        backgroundImage: `url("${sprite.url}")`,
        backgroundPosition: `-${sprite.x}px -${sprite.y}px`,
      }}
    />
  );
}

/** Whether something was just done by key, and how to say that it was. */
function usePeek(): [boolean, () => void] {
  const [peeking, setPeeking] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [peeking, () => {
    setPeeking(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setPeeking(false), PEEK);
  }];
}
