import { Link } from "@tanstack/react-router";
import { Bookmark, Film } from "lucide-react";
import { useState } from "react";
import type { StreamSummary } from "../../gen/api";
import { Badge } from "../../lib/Badge";
import { bytes, counted } from "../../lib/format";
import { Mark } from "../../lib/Logo";
import { Meter } from "../../lib/Meter";
import { Moment } from "../../lib/Moment";
import { positionOf } from "../../lib/positions";
import { clock } from "../../lib/time";
import classes from "./StreamCard.module.css";

/** One stream of the library. */
export function StreamCard({ stream }: { stream: StreamSummary }) {
  return (
    <Link to="/streams/$streamId" params={{ streamId: stream.id }} className={classes.card}>
      <Frame stream={stream} />
      <h3 className={classes.title}>{stream.title}</h3>
      <Facts stream={stream} />
    </Link>
  );
}

/** The picture of a stream, with its length or the state of its clips, and how far one has watched it. */
export function Frame({ stream }: { stream: StreamSummary }) {
  const { id, title, state, published, playable, duration } = stream;
  const position = positionOf(id);
  return (
    <div className={classes.frame}>
      {stream.posterUrl ? <Poster url={stream.posterUrl} /> : <span className={classes.blank}><Mark size={40} /></span>}
      <span className={classes.state}>
        {state !== "ready" && <State state={state} />}
        {published && <Badge tone="good">Published</Badge>}
      </span>
      {duration > 0 && state !== "processing" && <span className={classes.duration}>{clock(duration)}</span>}
      {state === "processing" && <Progress stream={stream} />}
      {position && playable && state !== "processing" && (
        <span className={classes.watched} role="img" aria-label={`${title}: watched to ${clock(position.at)}`}>
          <span style={{ width: `${Math.min(100, (position.at / position.of) * 100)}%` }} />
        </span>
      )}
    </div>
  );
}

/** When it was, and how much there is of it. */
export function Facts({ stream }: { stream: StreamSummary }) {
  return (
    <div className={classes.facts}>
      <Moment at={stream.startedAt || stream.createdAt} />
      <span className={classes.count} title={counted(stream.clipCount, "clip")}>
        <Film size={14} aria-hidden="true" />{stream.clipCount}<span className={classes.hidden}> clips</span>
      </span>
      {stream.markerCount > 0 && (
        <span className={classes.count} title={counted(stream.markerCount, "marker")}>
          <Bookmark size={14} aria-hidden="true" />{stream.markerCount}<span className={classes.hidden}> markers</span>
        </span>
      )}
      {stream.size > 0 && <span>{bytes(stream.size)}</span>}
    </div>
  );
}

/** Upright pictures are shown whole, over a blurred copy of themselves. */
function Poster({ url }: { url: string }) {
  const [upright, setUpright] = useState(false);
  return (
    <>
      {upright && <img className={classes.backdrop} src={url} alt="" />}
      <img
        className={classes.poster}
        data-upright={upright || undefined}
        src={url}
        alt=""
        loading="lazy"
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setUpright(naturalHeight > naturalWidth)}
      />
    </>
  );
}

/** How far the work on a stream's clips has come. */
function Progress({ stream: { partsDone, partsTotal, playable } }: { stream: StreamSummary }) {
  const parts = partsTotal > 0 && `${partsDone} of ${counted(partsTotal, "part")}`;
  return (
    <div className={classes.progress}>
      <span>{[playable ? "Can be watched already" : "Getting ready", parts].filter(Boolean).join(" · ")}</span>
      <Meter value={partsTotal > 0 ? (partsDone / partsTotal) * 100 : undefined} label="Preparing" />
    </div>
  );
}

function State({ state }: { state: StreamSummary["state"] }) {
  if (state === "processing") return <Badge tone="busy">Preparing</Badge>;
  if (state === "failed") return <Badge tone="bad">Needs a look</Badge>;
  return <Badge tone="calm">Empty</Badge>;
}
