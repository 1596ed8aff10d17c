import { Menu, Tooltip, UnstyledButton } from "@mantine/core";
import {
  AudioLines, BookmarkPlus, Keyboard, Maximize, Minimize, Pause, PictureInPicture2, Play, Volume1, Volume2, VolumeX,
} from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { clock } from "../../../lib/time";
import { usePlaybackState, usePlaybackTime, type Playback } from "./playback";
import classes from "./Controls.module.css";

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

interface ControlsProps {
  playback: Playback;
  video: RefObject<HTMLVideoElement | null>;
  duration: number;
  fullscreen: boolean;
  onFullscreen: () => void;
  onMark: (() => void) | undefined;
  onHelp: () => void;
}

export function Controls({ playback, video, duration, fullscreen, onFullscreen, onMark, onHelp }: ControlsProps) {
  const state = usePlaybackState(playback);
  const chosen = state.qualities.find((quality) => quality.index === state.quality);
  const silent = state.muted || state.volume === 0;
  const Volume = silent ? VolumeX : state.volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className={classes.row}>
      <Tool label={state.playing ? "Pause (Space)" : "Play (Space)"} onClick={() => playback.toggle()}>
        {state.playing ? <Pause size={22} fill="currentColor" /> : <Play size={22} fill="currentColor" />}
      </Tool>
      <div className={classes.volume}>
        <Tool label={silent ? "Unmute" : "Mute"} onClick={() => playback.toggleMute()}><Volume size={20} /></Tool>
        <input
          type="range" min={0} max={1} step={0.05} aria-label="Volume" className={classes.slider}
          value={silent ? 0 : state.volume}
          onChange={(event) => playback.setVolume(Number(event.currentTarget.value))}
        />
      </div>
      <Time playback={playback} duration={duration} />
      <span className={classes.space} />
      {onMark && <Tool label="Add a marker (M)" onClick={onMark}><BookmarkPlus size={20} /></Tool>}
      {state.tracks.length > 1 && (
        <Choice
          label="Audio track"
          face={<AudioLines size={20} />}
          value={state.track}
          options={state.tracks.map((track) => ({ value: track.index, label: track.name }))}
          onChange={(track) => playback.setTrack(track)}
        />
      )}
      <Choice
        label="Speed"
        face={`${state.rate}×`}
        value={state.rate}
        options={RATES.map((rate) => ({ value: rate, label: rate === 1 ? "Normal" : `${rate}×` }))}
        onChange={(rate) => playback.setRate(rate)}
      />
      {state.qualities.length > 0 && (
        <Choice
          label="Quality"
          face={chosen ? `${chosen.height}p` : "Auto"}
          value={state.quality}
          options={[
            { value: -1, label: state.height && state.quality < 0 ? `Auto (${state.height}p)` : "Auto" },
            ...state.qualities.map((quality) => ({ value: quality.index, label: `${quality.height}p` })),
          ]}
          onChange={(quality) => playback.setQuality(quality)}
        />
      )}
      <span className={classes.roomy}>
        <Tool label="Keys (?)" onClick={onHelp}><Keyboard size={20} /></Tool>
        {document.pictureInPictureEnabled && state.clip?.hasVideo && (
          <Tool label="Picture in picture" onClick={() => togglePictureInPicture(video.current)}><PictureInPicture2 size={20} /></Tool>
        )}
      </span>
      <Tool label={fullscreen ? "Leave full screen (F)" : "Full screen (F)"} onClick={onFullscreen}>
        {fullscreen ? <Minimize size={20} /> : <Maximize size={20} />}
      </Tool>
    </div>
  );
}

function Time({ playback, duration }: { playback: Playback; duration: number }) {
  const time = usePlaybackTime(playback);
  return <span className={classes.time}><span>{clock(time)}</span><span className={classes.of}>/ {clock(duration)}</span></span>;
}

function Tool({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label} withinPortal={false}>
      <UnstyledButton className={classes.tool} aria-label={label} onClick={onClick}>{children}</UnstyledButton>
    </Tooltip>
  );
}

interface ChoiceProps {
  label: string;
  face: ReactNode;
  value: number;
  options: { value: number; label: string }[];
  onChange: (value: number) => void;
}

/** A menu of which one entry holds. It stays inside the player, so that full screen shows it. */
function Choice({ label, face, value, options, onChange }: ChoiceProps) {
  return (
    <Menu position="top" withinPortal={false} withInitialFocusPlaceholder={false} returnFocus>
      <Menu.Target>
        <UnstyledButton className={classes.tool} aria-label={typeof face === "string" ? `${label}: ${face}` : label}>{face}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        <Menu.RadioGroup value={String(value)} onChange={(chosen) => onChange(Number(chosen))} aria-label={label}>
          {options.map((option) => <Menu.RadioItem key={option.value} closeMenuOnClick value={String(option.value)}>{option.label}</Menu.RadioItem>)}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

function togglePictureInPicture(video: HTMLVideoElement | null): void {
  const change = document.pictureInPictureElement ? document.exitPictureInPicture() : video?.requestPictureInPicture();
  change?.catch(() => {});
}
