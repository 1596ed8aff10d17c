import { Button, Collapse, Title, UnstyledButton } from "@mantine/core";
import { ChevronDown, Play, Upload, Volume2 } from "lucide-react";
import { useState } from "react";
import type { Clip, Stream, StreamClip } from "../../gen/api";
import { Badge } from "../../lib/Badge";
import { bytes, written } from "../../lib/format";
import { Meter } from "../../lib/Meter";
import { usePlaybackState, type Playable, type Playback } from "../../lib/player/playback";
import { RetryButton } from "../../lib/RetryButton";
import { useMay } from "../../lib/session";
import { clock } from "../../lib/time";
import { chooseFiles } from "../../lib/uploads";
import { ClipFacts } from "./ClipFacts";
import { ClipMenu } from "./ClipMenu";
import classes from "./Clips.module.css";
import { useMaking } from "./making";

interface ClipsProps {
  stream: Stream;
  /** What is known of them in full, as far as it is loaded. */
  clips: Clip[];
  playables: Playable[];
  playback: Playback;
}

/** The recorded files of a stream: which one plays, how far the others are, and what they are made of. */
export function Clips({ stream, clips, playables, playback }: ClipsProps) {
  const { clip: playing } = usePlaybackState(playback);
  const mayEdit = useMay("edit");
  return (
    <section aria-labelledby="clips">
      <div className={classes.head}>
        <Title order={2} id="clips" size="h3">Clips</Title>
        {mayEdit && (
          <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Upload size={14} />} onClick={() => chooseFiles(stream.id)}>
            Add to this stream
          </Button>
        )}
      </div>
      {stream.clips.length === 0 && <p className={classes.empty}>The files that were recorded stand here, with what they are made of.</p>}
      <ul className={classes.list}>
        {stream.clips.map((clip) => {
          const playable = playables.find(({ id }) => id === clip.id);
          return (
            <Row
              key={clip.id}
              clip={clip}
              facts={clips.find(({ id }) => id === clip.id)}
              current={playable !== undefined && playing?.id === clip.id}
              onPlay={playable && (() => playback.choose(playable))}
              mayEdit={mayEdit}
            />
          );
        })}
      </ul>
    </section>
  );
}

interface RowProps {
  clip: StreamClip;
  facts: Clip | undefined;
  current: boolean;
  onPlay: (() => void) | undefined;
  mayEdit: boolean;
}

function Row({ clip, facts, current, onPlay, mayEdit }: RowProps) {
  const [open, setOpen] = useState(false);
  const { state } = clip;
  return (
    <li className={`panel ${classes.clip}`} data-current={current || undefined}>
      <div className={classes.row}>
        <UnstyledButton className={classes.play} disabled={!onPlay} onClick={onPlay} aria-label={`Play ${clip.name}`} aria-current={current || undefined}>
          <span className={classes.thumb}>
            {clip.posterUrl && <img src={clip.posterUrl} alt="" loading="lazy" />}
            <span className={classes.glyph}>{current ? <Volume2 size={18} /> : <Play size={16} fill="currentColor" />}</span>
          </span>
        </UnstyledButton>
        <div className={classes.text}>
          <span className={classes.name} title={clip.name}>{clip.name}</span>
          <span className={classes.note}>
            {[
              clip.offset > 0 && `from ${clock(clip.offset)}`,
              clip.duration !== undefined && clock(clip.duration),
              clip.width && clip.height && `${clip.width} × ${clip.height}`,
              clip.audioTracks > 1 && `${clip.audioTracks} audio tracks`,
              bytes(clip.size),
            ].filter(Boolean).join(" · ")}
          </span>
        </div>
        <div className={classes.tools}>
          <State clip={clip} />
          {facts && (
            <Button
              variant="subtle" color="gray" size="compact-sm" h={34} aria-expanded={open} aria-label={`Technical facts of ${clip.name}`}
              rightSection={<ChevronDown size={15} className={classes.chevron} data-open={open || undefined} />}
              onClick={() => setOpen(!open)}
            >
              Facts
            </Button>
          )}
          {facts && mayEdit && <ClipMenu clip={facts} />}
        </div>
      </div>
      {(state === "registered" || state === "probed") && <Making clip={clip} />}
      {(state === "refused" || state === "failed") && <p className={classes.reason}>{written(clip.reason ?? "The reason is not known")}</p>}
      {state === "failed" && facts?.sourceKept && <RetryButton clipId={clip.id} name={clip.name} size="compact-md" mt="xs" />}
      {facts && <Collapse expanded={open}><ClipFacts clip={facts} /></Collapse>}
    </li>
  );
}

function State({ clip: { state, paused, playable } }: { clip: StreamClip }) {
  if (state === "packaged") return null;
  if (state === "refused") return <Badge tone="bad">Refused</Badge>;
  if (state === "failed") return <Badge tone="bad">Failed</Badge>;
  if (paused) return <Badge tone="calm">Paused</Badge>;
  if (playable) return <Badge tone="busy">More sizes coming</Badge>;
  return <Badge tone="busy">{state === "registered" ? "Looking at it" : "Preparing"}</Badge>;
}

function Making({ clip }: { clip: StreamClip }) {
  const { percent, text } = useMaking(clip);
  return (
    <div className={classes.progress}>
      <Meter value={percent} label={`Preparing ${clip.name}`} />
      <span className={classes.note}>{clip.playable ? `Ready to watch · ${text}` : text}</span>
    </div>
  );
}
