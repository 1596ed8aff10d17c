import { Play, RotateCcw } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type CSSProperties } from "react";
import { Mark as Logo } from "../Logo";
import { clock } from "../time";
import { Controls } from "./Controls";
import { Help } from "./Help";
import { pressed, type Actions } from "./keys";
import type { Layers, Mark } from "./layers";
import { MarkField } from "./MarkField";
import { linkTo } from "./moment";
import { Obstacle } from "./Obstacle";
import { usePlaybackState, type Playable, type Playback } from "./playback";
import classes from "./Player.module.css";
import { Scrubber } from "./Scrubber";
import { useFlash, useIdle } from "./timers";
import { togglePictureInPicture, useFullscreen } from "./window";

interface PlayerProps {
  playback: Playback;
  clips: Playable[];
  markers: Mark[];
  /** What else is known of the stream's time. */
  layers?: Layers;
  /** The length of the stream, in seconds. */
  duration: number;
  /** The address of what is played; links to a moment are made from it. */
  page: string;
  /** Where one goes on that has watched before, as a stream time. */
  continued?: number;
  /** Adds a marker at a stream time, and answers whether it is saved; without it one may only watch. */
  onMark?: (label: string, at: number) => Promise<boolean>;
}

/** The player with our own controls; times on it are stream times. */
export function Player({ playback, clips, markers, layers, duration, page, continued, onMark }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [fullscreen, toggleFullscreen] = useFullscreen(box, video);
  const state = usePlaybackState(playback);
  const { clip, playing, waiting, ended, fault, still, soundOnly } = state;
  const [help, setHelp] = useState(false);
  const [marking, setMarking] = useState<number>();
  const [offer, setOffer] = useState(continued);
  const [idle, wake, rest] = useIdle(playing);
  const [flashed, flash] = useFlash();
  const wasIdle = useRef(false);
  const stopped = fault === "gone" || fault === "unplayable" || (fault === "lost" && (waiting || !playing));

  useEffect(() => playback.attach(video.current!), [playback]);

  const actions: Actions = {
    playback,
    fullscreen: toggleFullscreen,
    pictureInPicture: () => togglePictureInPicture(video.current),
    copyLink: () => {
      const time = playback.time;
      navigator.clipboard.writeText(linkTo(page, time))
        .then(() => flash(`Link to ${clock(time)} copied`))
        .catch(() => flash("This browser does not let it be copied"));
    },
    mark: onMark && (() => setMarking(playback.time)),
    help: () => setHelp(!help),
  };

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape") return setHelp(false);
    const { rate, volume } = playback.state;
    if (!pressed(event, actions)) return;
    wake();
    const now = video.current;
    if (now && now.playbackRate !== rate) flash(`Speed ${now.playbackRate}×`);
    if (now && now.volume !== volume) flash(`Volume ${Math.round(now.volume * 100)} %`);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);

  // A finger first brings the controls back, and then sends them away; a mouse pauses and plays.
  const onPicture = (event: MouseEvent) => {
    const touched = event instanceof PointerEvent && event.pointerType === "touch";
    if (!touched || !playing) return playback.toggle();
    if (!wasIdle.current) rest();
  };

  const shape = clips.find(({ width, height }) => width && height);
  return (
    <div
      ref={box}
      className={classes.player}
      style={{ "--ratio": shape ? `${shape.width} / ${shape.height}` : undefined } as CSSProperties}
      data-idle={(idle && playing && marking === undefined) || undefined}
      data-fullscreen={fullscreen || undefined}
      onPointerDownCapture={() => {
        wasIdle.current = idle;
        wake();
      }}
      onPointerMove={wake}
      onFocusCapture={wake}
    >
      <video
        ref={video}
        className={classes.video}
        playsInline
        preload="auto"
        poster={still ?? clip?.posterUrl}
        aria-label={clip?.name ? `Recording ${clip.name}` : "Recording"}
        onClick={(event) => onPicture(event.nativeEvent)}
        onDoubleClick={toggleFullscreen}
      />
      {clip && (!clip.hasVideo || soundOnly) && (
        <div className={classes.audio} data-playing={playing || undefined} aria-hidden="true"><Logo size={120} /></div>
      )}
      {!playing && !stopped && marking === undefined && (
        <button type="button" className={classes.big} aria-label={ended ? "Play again" : "Play"} onClick={() => playback.toggle()}>
          {ended ? <RotateCcw size={34} /> : <Play size={38} fill="currentColor" />}
        </button>
      )}
      <Obstacle state={state} playback={playback} stopped={stopped} />
      <div className={classes.flash} role="status">{flashed && <span className={classes.chip}>{flashed}</span>}</div>
      <div className={classes.bottom}>
        {offer !== undefined && !stopped && (
          <Continued
            at={offer}
            onStartOver={() => {
              playback.startOver();
              setOffer(undefined);
            }}
            onClose={() => setOffer(undefined)}
            playing={playing}
          />
        )}
        {marking !== undefined && onMark && (
          <MarkField
            at={marking}
            onClose={() => setMarking(undefined)}
            onSave={async (label) => {
              if (await onMark(label, marking)) setMarking(undefined);
            }}
          />
        )}
        <Scrubber playback={playback} clips={clips} markers={markers} layers={layers} duration={duration} />
        <Controls actions={actions} duration={duration} fullscreen={fullscreen} />
      </div>
      {help && <Help actions={actions} onClose={() => setHelp(false)} />}
    </div>
  );
}

/** For this many milliseconds of playing, one can still decide to start over. */
const OFFERED = 8_000;

function Continued({ at, playing, onStartOver, onClose }: { at: number; playing: boolean; onStartOver: () => void; onClose: () => void }) {
  const close = useEffectEvent(onClose);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(close, OFFERED);
    return () => clearTimeout(timer);
  }, [playing]);
  return (
    <div className={classes.continued}>
      <span>{playing ? "Continued" : "Continue"} at {clock(at)}</span>
      <button type="button" onClick={onStartOver}>Start over</button>
    </div>
  );
}
