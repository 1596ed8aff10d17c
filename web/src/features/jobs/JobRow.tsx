import { Link } from "@tanstack/react-router";
import type { Job } from "../../gen/api";
import { Badge, type Tone } from "../../lib/Badge";
import { progress } from "../../lib/jobs";
import { Meter } from "../../lib/Meter";
import { Moment, useNow } from "../../lib/Moment";
import { RetryButton } from "../../lib/RetryButton";
import { roughly } from "../../lib/time";
import classes from "./JobRow.module.css";

const STATES: Record<Job["state"], { tone: Tone; label: string }> = {
  waiting: { tone: "calm", label: "Waiting" },
  running: { tone: "busy", label: "Running" },
  done: { tone: "good", label: "Done" },
  failed: { tone: "bad", label: "Failed" },
};

/** One piece of work. The `latest` of its clip can be begun anew when it has failed. */
export function JobRow({ job, latest }: { job: Job; latest: boolean }) {
  const now = useNow();
  const { tone, label } = STATES[job.state];
  const [log, seq] = job.cause.split("/");
  const took = duration(job, now);
  return (
    <li className={`panel ${classes.job}`}>
      <div className={classes.top}>
        <div className={classes.names}>
          <h2 className={classes.title}>{job.label || job.doc}</h2>
          <p className={classes.doc}>{job.label ? job.doc : job.reactor}</p>
        </div>
        <Badge tone={tone}>{label}</Badge>
      </div>
      {job.state === "running" && (
        <div className={classes.progress}>
          <Meter value={job.percent} label={job.label || job.doc} />
          <span className="tabular">{progress(job)}</span>
        </div>
      )}
      {job.state === "failed" && <p className={classes.reason}>{job.reason ?? "The reason is not known."}</p>}
      {job.state !== "failed" && job.reason && <p className={classes.retry}>Last attempt: {job.reason}</p>}
      <div className={classes.facts}>
        <Moment at={job.createdAt} />
        {took !== undefined && <span>{job.state === "running" ? "for" : "took"} {roughly(took)}</span>}
        {job.attempt > 1 && <span>attempt {job.attempt}</span>}
        {job.outcome && <span>{job.outcome}</span>}
        <span className={classes.links}>
          {latest && job.outcome === "clip.failed" && <RetryButton clipId={job.aggregateId} name={job.label || "the clip"} size="compact-sm" />}
          {job.aggregate === "clip" && <Link to="/clips/$clipId" params={{ clipId: job.aggregateId }} className="ember-link" preload={false}>Stream</Link>}
          {job.aggregate === "stream" && <Link to="/streams/$streamId" params={{ streamId: job.aggregateId }} className="ember-link">Stream</Link>}
          {log && seq && <Link to="/log" search={{ log: log === "FACTS" ? undefined : log, seq }} className="ember-link">Cause</Link>}
        </span>
      </div>
    </li>
  );
}

/** How long the work took, or has taken, in seconds. */
function duration(job: Job, now: Date): number | undefined {
  if (!job.startedAt) return undefined;
  const end = job.finishedAt ? Date.parse(job.finishedAt) : job.state === "running" ? now.getTime() : undefined;
  return end === undefined ? undefined : Math.max(0, (end - Date.parse(job.startedAt)) / 1000);
}
