import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent } from "react";
import type { Marker } from "../../../gen/api";
import { clock } from "../../../lib/time";
import { parseSprites, spriteAt, type Sprite } from "../../../lib/vtt";
import { clipAt, usePlaybackTime, type Playable, type Playback } from "./playback";
import classes from "./Scrubber.module.css";

interface ScrubberProps {
  playback: Playback;
  clips: Playable[];
  markers: Marker[];
  duration: number;
}

/** The seek bar: the whole stream, its clips, what is loaded, the markers, and a picture under the pointer. */
export function Scrubber({ playback, clips, markers, duration }: ScrubberProps) {
  const time = usePlaybackTime(playback, 0.1);
  const bar = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number>();
  const [dragging, setDragging] = useState(false);
  const share = (seconds: number) => `${duration > 0 ? Math.min(100, (Math.max(0, seconds) / duration) * 100) : 0}%`;

  const timeAt = (event: PointerEvent) => {
    const { left, width } = bar.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * duration;
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragging(true);
    playback.seek(timeAt(event));
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const at = timeAt(event);
    setHover(at);
    if (dragging) playback.seek(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = { Home: 0, End: duration, PageUp: time + 60, PageDown: time - 60 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    playback.seek(target);
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
        data-dragging={dragging || undefined}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => setDragging(false)}
        onPointerCancel={() => setDragging(false)}
        onPointerLeave={() => setHover(undefined)}
      >
        <div className={classes.track}>
          {clips.map((clip) => (
            <span key={clip.id} className={classes.clip} style={{ left: share(clip.offset), width: share(clip.duration) }} />
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
          onPointerEnter={() => setHover(marker.at)}
          onPointerLeave={() => setHover(undefined)}
          onClick={() => playback.seek(marker.at)}
        />
      ))}
      {hover !== undefined && (
        <Preview at={hover} share={hover / duration} clips={clips} marker={nearest(markers, hover, duration)} />
      )}
    </div>
  );
}

/** The marker that the pointer is on, give or take a hundredth of the bar. */
function nearest(markers: Marker[], at: number, duration: number): Marker | undefined {
  return markers
    .filter((marker) => Math.abs(marker.at - at) <= duration / 120)
    .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
}

function Preview({ at, share, clips, marker }: { at: number; share: number; clips: Playable[]; marker?: Marker }) {
  const clip = clipAt(clips, at);
  const sprites = useSprites(clip?.spritesUrl);
  const sprite = clip && spriteAt(sprites, at - clip.offset);
  const width = sprite ? Math.max(150, Math.min(200, sprite.width)) : 150;
  return (
    <div className={classes.preview} style={{ "--share": share, "--width": `${width}px` } as CSSProperties} aria-hidden="true">
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

const NONE: Sprite[] = [];

function useSprites(url: string | undefined): Sprite[] {
  const { data } = useQuery({
    queryKey: ["sprites", url],
    enabled: url !== undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const response = await fetch(url!, { signal });
      return response.ok ? parseSprites(await response.text(), new URL(url!, location.href).href) : NONE;
    },
  });
  return data ?? NONE;
}
