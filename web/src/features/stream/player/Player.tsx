import { Button, Loader, TextInput } from "@mantine/core";
import { useFullscreenElement } from "@mantine/hooks";
import { Play, RotateCcw } from "lucide-react";
import { useActionState, useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import type { Marker } from "../../../gen/api";
import { Mark } from "../../../lib/Logo";
import { clock } from "../../../lib/time";
import type { AddMarker } from "../markers";
import { Controls } from "./Controls";
import { KEYS, pressed } from "./keys";
import { usePlaybackState, type Playable, type Playback } from "./playback";
import classes from "./Player.module.css";
import { Scrubber } from "./Scrubber";

interface PlayerProps {
  playback: Playback;
  clips: Playable[];
  markers: Marker[];
  /** The length of the stream, in seconds. */
  duration: number;
  /** Without it one may only watch. */
  onMark: AddMarker | undefined;
}

const IDLE = 2_600;

/** The player with our own controls; times on it are stream times. */
export function Player({ playback, clips, markers, duration, onMark }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const { ref: box, fullscreen, toggle: toggleFullscreen } = useFullscreenElement<HTMLDivElement>();
  const { clip, playing, waiting, ended, error } = usePlaybackState(playback);
  const [help, setHelp] = useState(false);
  const [marking, setMarking] = useState<number>();
  const [idle, wake] = useIdle(playing);

  useEffect(() => playback.attach(video.current!), [playback]);

  const mark = onMark && (() => setMarking(playback.time));
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape") return setHelp(false);
    const used = pressed(event, {
      playback,
      fullscreen: () => void toggleFullscreen(),
      mark,
      help: () => setHelp(!help),
    });
    if (used) wake();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);

  return (
    <div
      ref={box}
      className={classes.player}
      data-idle={(idle && playing && marking === undefined) || undefined}
      data-fullscreen={fullscreen || undefined}
      onPointerMove={wake}
      onFocusCapture={wake}
    >
      <video
        ref={video}
        className={classes.video}
        playsInline
        preload="auto"
        poster={clip?.posterUrl}
        aria-label={clip ? `Recording ${clip.name}` : "Recording"}
        onClick={() => playback.toggle()}
        onDoubleClick={() => void toggleFullscreen()}
      />
      {clip && !clip.hasVideo && (
        <div className={classes.audio} data-playing={playing || undefined} aria-hidden="true"><Mark size={120} /></div>
      )}
      {!playing && !error && !waiting && marking === undefined && (
        <button type="button" className={classes.big} aria-label={ended ? "Play again" : "Play"} onClick={() => playback.toggle()}>
          {ended ? <RotateCcw size={34} /> : <Play size={38} fill="currentColor" />}
        </button>
      )}
      {playing && waiting && <div className={classes.center}><Loader color="white" aria-label="Loading" /></div>}
      {error && (
        <div className={classes.fault} role="alert">
          <p>{error}</p>
          <Button variant="white" color="dark" onClick={() => playback.retry()}>Try again</Button>
        </div>
      )}
      <div className={classes.bottom}>
        {marking !== undefined && onMark && (
          <MarkField
            at={marking}
            onClose={() => setMarking(undefined)}
            onSave={async (label) => {
              if (await onMark(label, marking)) setMarking(undefined);
            }}
          />
        )}
        <Scrubber playback={playback} clips={clips} markers={markers} duration={duration} />
        <Controls
          playback={playback}
          video={video}
          duration={duration}
          fullscreen={fullscreen}
          onFullscreen={() => void toggleFullscreen()}
          onMark={mark}
          onHelp={() => setHelp(!help)}
        />
      </div>
      {help && <Help keys={mark ? KEYS : KEYS.filter(({ keys }) => !keys.includes("m"))} onClose={() => setHelp(false)} />}
    </div>
  );
}

function MarkField({ at, onSave, onClose }: { at: number; onSave: (label: string) => Promise<void>; onClose: () => void }) {
  const [label, setLabel] = useState("");
  const [, save, saving] = useActionState(() => onSave(label.trim() || "Marker"), undefined);
  return (
    <form className={classes.mark} action={save}>
      <TextInput
        autoFocus
        aria-label={`Marker at ${clock(at)}`}
        placeholder="What happened here? Enter saves, Esc leaves"
        leftSectionWidth={78}
        leftSection={<span className={classes.markTime}>{clock(at)}</span>}
        value={label}
        maxLength={200}
        onChange={(event) => setLabel(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onClose();
        }}
      />
      <Button type="submit" loading={saving}>Save</Button>
    </form>
  );
}

function Help({ keys, onClose }: { keys: typeof KEYS; onClose: () => void }) {
  return (
    <div className={classes.help} role="dialog" aria-label="Keys of the player">
      <dl className={classes.keys}>
        {keys.map(({ label, text }) => (
          <div key={label}>
            <dt>{label.split("  ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Button autoFocus variant="white" color="dark" onClick={onClose}>Close</Button>
    </div>
  );
}

/** Whether nothing was touched for a while, and how to say that something was. */
function useIdle(active: boolean): [boolean, () => void] {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIdle(true), IDLE);
  }, []);
  useEffect(() => {
    if (active) timer.current = setTimeout(() => setIdle(true), IDLE);
    return () => clearTimeout(timer.current);
  }, [active]);
  return [idle, wake];
}


