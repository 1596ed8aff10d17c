import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bookmark, Film } from "lucide-react";
import { useState } from "react";
import type { Clip, StreamSummary } from "../../gen/api";
import { all } from "../../lib/api";
import { Badge } from "../../lib/Badge";
import { counted } from "../../lib/format";
import { leading, progress, useJobs } from "../../lib/jobs";
import { Mark } from "../../lib/Logo";
import { Meter } from "../../lib/Meter";
import { Moment } from "../../lib/Moment";
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

/** The picture of a stream, with its length or the state of its clips. */
export function Frame({ stream }: { stream: StreamSummary }) {
  return (
    <div className={classes.frame}>
      {stream.posterUrl ? <Poster url={stream.posterUrl} /> : <span className={classes.blank}><Mark size={40} /></span>}
      {stream.duration > 0 && stream.state !== "processing" && <span className={classes.duration}>{clock(stream.duration)}</span>}
      {stream.state !== "ready" && <span className={classes.state}><State state={stream.state} /></span>}
      {stream.state === "processing" && <Progress streamId={stream.id} />}
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
function Progress({ streamId }: { streamId: string }) {
  const clips = useQuery({
    queryKey: ["clips", streamId],
    queryFn: ({ signal }) => all<Clip>("/api/clips", { query: { stream: streamId }, signal }),
  });
  const jobs = useJobs();
  const mine = new Set(clips.data?.map((clip) => clip.id));
  const job = leading((jobs.data?.items ?? []).filter((candidate) => mine.has(candidate.aggregateId)));
  return (
    <div className={classes.progress}>
      <span>{job ? progress(job) : "Waiting for its turn"}</span>
      <Meter value={job?.percent} label="Preparing" />
    </div>
  );
}

function State({ state }: { state: StreamSummary["state"] }) {
  if (state === "processing") return <Badge tone="busy">Preparing</Badge>;
  if (state === "failed") return <Badge tone="bad">Needs a look</Badge>;
  return <Badge tone="calm">Empty</Badge>;
}
