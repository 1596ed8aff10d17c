import { useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent } from "react";
import { clock } from "../time";
import { spriteAt, type Sprite } from "../vtt";
import { curve, gathered, said, type Layers, type Mark } from "./layers";
import { usePlaybackState, usePlaybackTime, type Playable, type Playback } from "./playback";
import classes from "./Scrubber.module.css";
import { useSprites } from "./sprites";
import { inARow, spanAt } from "./timeline";

interface ScrubberProps {
  playback: Playback;
  clips: Playable[];
  markers: Mark[];
  layers?: Layers;
  duration: number;
}

/** For this many milliseconds after a key the picture stays. */
const PEEK = 1_400;

/** No layers at all. */
const BARE: Layers = { moments: [], gaps: [] };

/** The seek bar: the whole stream, what of it is ready and loaded, what is known of it, and a picture of where one points. */
export function Scrubber({ playback, clips, markers, layers = BARE, duration }: ScrubberProps) {
  const now = usePlaybackTime(playback, 0.1);
  const { spans } = usePlaybackState(playback);
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number>();
  const [dragged, setDragged] = useState<number>();
  const [peeked, peek] = usePeek();
  const share = (seconds: number) => `${duration > 0 ? Math.min(100, (Math.max(0, seconds) / duration) * 100) : 0}%`;
  const outline = useMemo(() => layers.density && curve(layers.density, duration), [layers, duration]);
  const moments = useMemo(() => gathered(layers.moments.filter(({ at }) => at <= duration), duration / 110), [layers, duration]);
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
    <div className={classes.scrubber} data-outlined={outline ? true : undefined}>
      {outline && (
        <svg className={classes.outline} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path d={outline} /></svg>
      )}
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
        {layers.gaps.map(({ from, to }) => (
          <span key={from} className={classes.gap} style={{ left: share(from), width: share(to - Math.max(0, from)) }} />
        ))}
        <span className={classes.thumb} style={{ left: share(time) }} />
      </div>
      {moments.map((moment) => (
        <button
          key={moment.id}
          type="button"
          tabIndex={-1}
          className={classes.moment}
          style={{ left: share(moment.at) }}
          aria-label={`Go to ${moment.label}, ${clock(moment.at)}`}
          onPointerEnter={() => setPointed(moment.at)}
          onPointerLeave={() => setPointed(undefined)}
          onClick={() => playback.seek(moment.at)}
        />
      ))}
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
        <Preview
          at={shown} share={shown / duration} clips={clips}
          marked={said(shown, duration / 120, markers, []) ?? said(shown, duration / 120, moments, layers.gaps)}
        />
      )}
    </div>
  );
}

function Preview({ at, share, clips, marked }: { at: number; share: number; clips: Playable[]; marked?: Pick<Mark, "label" | "at"> }) {
  const clip = spanAt(inARow(clips), at)?.clip;
  const sprites = useSprites(clip?.spritesUrl);
  const sprite = clip && spriteAt(sprites, at - clip.offset);
  return (
    <div className={classes.preview} style={{ "--share": share, "--width": `${Math.max(marked ? 240 : 150, sprite?.width ?? 0)}px` } as CSSProperties} aria-hidden="true">
      {sprite && <Picture sprite={sprite} />}
      {marked && <span className={classes.label}>{marked.label}</span>}
      <span className={classes.at}>{clock(marked?.at ?? at)}</span>
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
