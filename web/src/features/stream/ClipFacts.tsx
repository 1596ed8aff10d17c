import type { ReactNode } from "react";
import type { AudioFacts, Clip, VideoFacts } from "../../gen/api";
import { Copy } from "../../lib/Copy";
import { bitRate, bytes } from "../../lib/format";
import { absolute } from "../../lib/time";
import classes from "./Clips.module.css";

/** What a clip is made of, and what was made of it. */
export function ClipFacts({ clip }: { clip: Clip }) {
  const { video, audio = [], renditions = [] } = clip;
  return (
    <dl className={classes.facts}>
      {video && <Fact name="Picture">{picture(video)}</Fact>}
      {audio.map((track, i) => <Fact key={i} name={audio.length > 1 ? `Sound ${i + 1}` : "Sound"}>{sound(track)}</Fact>)}
      {renditions.length > 0 && (
        <Fact name="To watch in">
          {renditions.map((rendition) => (
            <span key={`${rendition.height}/${rendition.bitRate}`} className={classes.rendition}>
              {rendition.height > 0 ? `${Math.min(rendition.width, rendition.height)}p` : "Sound"} · {bitRate(rendition.bitRate)}
              {rendition.copied && " · as recorded"}
            </span>
          ))}
        </Fact>
      )}
      {clip.startedAt && (
        <Fact name="Recorded">{absolute(new Date(clip.startedAt))}{clip.endedAt && ` to ${absolute(new Date(clip.endedAt))}`}</Fact>
      )}
      <Fact name="File">{[clip.container, bytes(clip.size), clip.contentType].filter(Boolean).join(", ")}</Fact>
      <Fact name="Stored">
        {clip.sourceKept ? `${bytes(clip.size)} the file as it was sent` : "The file as it was sent is removed"}
        {clip.stored > 0 && `, ${bytes(clip.stored)} to watch`}
      </Fact>
      {clip.priority ? <Fact name="Urgency">{clip.priority > 0 ? `+${clip.priority}, before others` : `${clip.priority}, after others`}</Fact> : null}
      <Fact name="SHA-256"><code title={clip.sha256}>{clip.sha256.slice(0, 16)}…</code><Copy text={clip.sha256} label="Copy the whole sum" /></Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function picture(video: VideoFacts): string {
  return [
    `${video.width} × ${video.height}`,
    `${video.frameRate.toFixed(2).replace(/\.?0+$/, "")} fps`,
    [video.codec, video.profile].filter(Boolean).join(" "),
    video.bitRate && bitRate(video.bitRate),
    video.hdr && "HDR",
    video.pixelFormat?.includes("10") && "10 bit",
    video.interlaced && "interlaced",
    video.rotation && `turned by ${video.rotation}°`,
  ].filter(Boolean).join(", ");
}

function sound(track: AudioFacts): string {
  const channels = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" }[track.channels] ?? `${track.channels} channels`;
  return [track.title, track.language, track.codec, channels, `${track.sampleRate / 1000} kHz`, track.bitRate && bitRate(track.bitRate)].filter(Boolean).join(", ");
}
