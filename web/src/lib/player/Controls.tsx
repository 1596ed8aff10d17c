import {
  AudioLines, BookmarkPlus, Keyboard, Link2, Maximize, Minimize, Pause, PictureInPicture2, Play, Volume1, Volume2, VolumeX,
} from "lucide-react";
import type { ReactNode } from "react";
import { clock } from "../time";
import { Choice } from "./Choice";
import classes from "./Controls.module.css";
import type { Size } from "./hls";
import type { Actions } from "./keys";
import { RATES, usePlaybackState, usePlaybackTime } from "./playback";

interface ControlsProps {
  actions: Actions;
  duration: number;
  fullscreen: boolean;
}

/** The row of buttons below the seek bar. */
export function Controls({ actions, duration, fullscreen }: ControlsProps) {
  const { playback, mark } = actions;
  const { playing, muted, volume, rate, tracks, track, sizes, size, shown, clip } = usePlaybackState(playback);
  const silent = muted || volume === 0;
  const Volume = silent ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  const chosen = sizes.find(({ side }) => side === size);
  return (
    <div className={classes.row}>
      <Tool label={playing ? "Pause" : "Play"} hotkey="K" onClick={() => playback.toggle()}>
        {playing ? <Pause size={22} fill="currentColor" /> : <Play size={22} fill="currentColor" />}
      </Tool>
      <div className={classes.volume}>
        <Tool label={silent ? "Unmute" : "Mute"} onClick={() => playback.toggleMute()}><Volume size={20} /></Tool>
        <input
          type="range" min={0} max={1} step={0.05} aria-label="Volume" className={classes.slider}
          value={silent ? 0 : volume}
          onChange={(event) => playback.setVolume(Number(event.currentTarget.value))}
        />
      </div>
      <Time playback={playback} duration={duration} />
      <span className={classes.space} />
      {mark && <Tool label="Add a marker" hotkey="M" onClick={mark}><BookmarkPlus size={20} /></Tool>}
      {tracks.length > 1 && (
        <Choice
          label="Audio track" face={<AudioLines size={20} />} value={track}
          options={tracks.map(({ index, name }) => ({ value: index, label: name }))}
          onChange={(index) => playback.setTrack(index)}
        />
      )}
      <Choice
        label="Speed" face={`${rate}×`} value={rate}
        options={RATES.map((value) => ({ value, label: value === 1 ? "Normal" : `${value}×` }))}
        onChange={(value) => playback.setRate(value)}
      />
      {sizes.length > 0 && (
        <Choice
          label="Quality" face={chosen ? sizeName(chosen) : "Auto"} value={size}
          options={[
            { value: 0, label: "Auto", note: shown && !chosen ? `${shown}p` : undefined },
            ...sizes.map((option) => ({ value: option.side, label: sizeName(option) })),
          ]}
          onChange={(side) => playback.setSize(side)}
        />
      )}
      <span className={classes.roomy}>
        <Tool label="Copy a link to this moment" hotkey="C" onClick={actions.copyLink}><Link2 size={20} /></Tool>
        <Tool label="Keys" hotkey="?" onClick={actions.help}><Keyboard size={20} /></Tool>
        {document.pictureInPictureEnabled && clip?.hasVideo && (
          <Tool label="Picture in picture" hotkey="P" onClick={actions.pictureInPicture}><PictureInPicture2 size={20} /></Tool>
        )}
      </span>
      <Tool label={fullscreen ? "Leave full screen" : "Full screen"} hotkey="F" onClick={actions.fullscreen}>
        {fullscreen ? <Minimize size={20} /> : <Maximize size={20} />}
      </Tool>
    </div>
  );
}

/** A size as people name it: `720p`, or `720p60` where there are more pictures than usual. */
function sizeName({ side, rate }: Size): string {
  return `${side}p${rate > 31 ? Math.round(rate) : ""}`;
}

function Time({ playback, duration }: { playback: Actions["playback"]; duration: number }) {
  const time = usePlaybackTime(playback);
  return <span className={classes.time}><span>{clock(time)}</span><span className={classes.of}>/ {clock(duration)}</span></span>;
}

function Tool({ label, hotkey, onClick, children }: { label: string; hotkey?: string; onClick: () => void; children: ReactNode }) {
  const tip = hotkey ? `${label} (${hotkey})` : label;
  return <button type="button" className={classes.tool} aria-label={tip} data-tip={tip} onClick={onClick}>{children}</button>;
}
