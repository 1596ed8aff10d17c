import { Button, Collapse, Title, UnstyledButton } from "@mantine/core";
import { ChevronDown, Play, Upload, Volume2 } from "lucide-react";
import { useState } from "react";
import type { Clip, Stream, StreamClip } from "../../gen/api";
import { Badge } from "../../lib/Badge";
import { Copy } from "../../lib/Copy";
import { bitRate, bytes, written } from "../../lib/format";
import { jobsOf, leading, progress, useJobs } from "../../lib/jobs";
import { Meter } from "../../lib/Meter";
import { RetryButton } from "../../lib/RetryButton";
import { clock } from "../../lib/time";
import { useMay } from "../../lib/session";
import { chooseFiles } from "../../lib/uploads";
import { usePlaybackState, type Playback } from "./player/playback";
import classes from "./Clips.module.css";

/** The recorded files of a stream: which one plays, how far the others are, and what they are made of. */
export function Clips({ stream, clips, playback }: { stream: Stream; clips: Clip[]; playback: Playback }) {
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
      <ul className={classes.list}>
        {stream.clips.map((clip) => (
          <Row
            key={clip.id}
            clip={clip}
            facts={clips.find((known) => known.id === clip.id)}
            current={playing?.id === clip.id}
            onPlay={() => playback.choose(clip.id)}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  clip: StreamClip;
  facts?: Clip;
  current: boolean;
  onPlay: () => void;
}

function Row({ clip, facts, current, onPlay }: RowProps) {
  const [open, setOpen] = useState(false);
  const ready = clip.state === "packaged";
  const length = clip.duration ?? facts?.duration;
  return (
    <li className={`panel ${classes.clip}`} data-current={current || undefined}>
      <div className={classes.row}>
        <UnstyledButton className={classes.play} disabled={!ready} onClick={onPlay} aria-label={`Play ${clip.name}`} aria-current={current || undefined}>
          <span className={classes.thumb}>
            {clip.posterUrl && <img src={clip.posterUrl} alt="" loading="lazy" />}
            <span className={classes.glyph}>{current ? <Volume2 size={18} /> : <Play size={16} fill="currentColor" />}</span>
          </span>
        </UnstyledButton>
        <div className={classes.text}>
          <span className={classes.name}>{clip.name}</span>
          <span className={classes.note}>
            {[
              clip.offset > 0 && `from ${clock(clip.offset)}`,
              length !== undefined && clock(length),
              facts && bytes(facts.size),
            ].filter(Boolean).join(" · ")}
          </span>
        </div>
        {!ready && <State state={clip.state} />}
        {facts && (
          <Button
            variant="subtle" color="gray" size="compact-md" aria-expanded={open} aria-label={`Technical facts of ${clip.name}`}
            rightSection={<ChevronDown size={15} className={classes.chevron} data-open={open || undefined} />}
            onClick={() => setOpen(!open)}
          >
            Facts
          </Button>
        )}
      </div>
      {!ready && <Progress clip={clip} />}
      {facts && <Collapse expanded={open}><Facts clip={facts} /></Collapse>}
    </li>
  );
}

function State({ state }: { state: StreamClip["state"] }) {
  if (state === "refused") return <Badge tone="bad">Refused</Badge>;
  if (state === "failed") return <Badge tone="bad">Failed</Badge>;
  return <Badge tone="busy">{state === "registered" ? "Looking at it" : "Preparing"}</Badge>;
}

function Progress({ clip }: { clip: StreamClip }) {
  const jobs = useJobs();
  if (clip.state === "refused" || clip.state === "failed") {
    return (
      <>
        <p className={classes.reason}>{written(clip.reason ?? "The reason is not known")}</p>
        {clip.state === "failed" && <RetryButton clipId={clip.id} name={clip.name} size="compact-md" mt="xs" />}
      </>
    );
  }
  const job = leading(jobsOf(jobs.data?.items, clip.id));
  return (
    <div className={classes.progress}>
      <Meter value={job?.percent} label={`Preparing ${clip.name}`} />
      <span className={classes.note}>{job ? progress(job) : "Waiting for its turn"}</span>
    </div>
  );
}

function Facts({ clip }: { clip: Clip }) {
  return (
    <dl className={classes.facts}>
      {clip.video && (
        <Fact name="Picture">
          {clip.video.width} × {clip.video.height}, {round(clip.video.frameRate)} fps, {clip.video.codec}
          {clip.video.bitRate ? `, ${bitRate(clip.video.bitRate)}` : null}
        </Fact>
      )}
      {(clip.audio ?? []).map((track, i) => (
        <Fact key={i} name={(clip.audio?.length ?? 0) > 1 ? `Sound ${i + 1}` : "Sound"}>
          {[track.title, track.language, track.codec, channels(track.channels), `${track.sampleRate / 1000} kHz`].filter(Boolean).join(", ")}
        </Fact>
      ))}
      {(clip.renditions ?? []).length > 0 && (
        <Fact name="To watch in">
          {(clip.renditions ?? []).map((rendition) => (
            <span key={`${rendition.height}/${rendition.bitRate}`} className={classes.rendition}>
              {rendition.height > 0 ? `${rendition.height}p` : "Sound"} · {bitRate(rendition.bitRate)}{rendition.copied && " · as recorded"}
            </span>
          ))}
        </Fact>
      )}
      <Fact name="File">{[clip.container, bytes(clip.size), clip.contentType].filter(Boolean).join(", ")}</Fact>
      <Fact name="SHA-256"><code title={clip.sha256}>{clip.sha256.slice(0, 16)}…</code><Copy text={clip.sha256} label="Copy the whole sum" /></Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function channels(count: number): string {
  return { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" }[count] ?? `${count} channels`;
}

function round(rate: number): string {
  return rate.toFixed(2).replace(/\.?0+$/, "");
}
