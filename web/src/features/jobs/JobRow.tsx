import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RotateCcw } from "lucide-react";
import type { Job } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Badge, type Tone } from "../../lib/Badge";
import { Confirm } from "../../lib/Confirm";
import { written } from "../../lib/format";
import { progress } from "../../lib/jobs";
import { Meter } from "../../lib/Meter";
import { Moment, useNow } from "../../lib/Moment";
import { RetryButton } from "../../lib/RetryButton";
import { useMay } from "../../lib/session";
import { roughly } from "../../lib/time";
import { toast } from "../../lib/toasts";
import classes from "./JobRow.module.css";

const STATES: Record<Job["state"], { tone: Tone; label: string }> = {
  waiting: { tone: "calm", label: "Waiting" },
  running: { tone: "busy", label: "Running" },
  done: { tone: "good", label: "Done" },
  failed: { tone: "bad", label: "Failed" },
  cancelled: { tone: "calm", label: "Cancelled" },
};

/** One piece of work. The `latest` of its clip can be begun anew when it has failed. */
export function JobRow({ job, latest }: { job: Job; latest: boolean }) {
  const now = useNow();
  const mayEdit = useMay("edit");
  const readLog = useMay("readLog");
  const { tone, label } = STATES[job.state];
  const [log, seq] = job.cause.split("/");
  const took = duration(job, now);
  return (
    <li className={`panel ${classes.job}`}>
      <div className={classes.top}>
        <div className={classes.names}>
          <h2 className={job.label ? classes.title : `${classes.title} ${classes.does}`}>{job.label || job.doc}</h2>
          {job.label ? <p className={`${classes.by} ${classes.does}`}>{job.doc}</p> : <p className={classes.by}>{job.reactor}</p>}
        </div>
        <Badge tone={tone}>{label}</Badge>
      </div>
      {job.state === "running" && (
        <div className={classes.progress}>
          <Meter value={job.percent} label={job.label || job.doc} />
          <span className="tabular">{progress(job)}</span>
        </div>
      )}
      {job.state === "failed" && <p className={classes.reason}>{written(job.reason ?? "The reason is not known")}</p>}
      {(job.state === "waiting" || job.state === "running") && job.reason && <p className={classes.retry}>Last attempt: {written(job.reason)}</p>}
      <div className={classes.facts}>
        <Moment at={job.createdAt} />
        {took !== undefined && <span>{job.state === "running" ? "for" : "took"} {roughly(took)}</span>}
        {job.attempt > 1 && <span>attempt {job.attempt}</span>}
        {job.outcome && <span>{job.outcome}</span>}
        <span className={classes.links}>
          {mayEdit && (job.state === "waiting" || job.state === "running") && <Cancel job={job} />}
          {mayEdit && job.retriable && <Retry job={job} />}
          {!job.retriable && latest && job.aggregate === "clip" && (job.outcome === "clip.failed" || job.state === "cancelled") && <RetryButton clipId={job.aggregateId} name={job.label || "the clip"} size="compact-sm" />}
          {job.aggregate === "clip" && <Link to="/clips/$clipId" params={{ clipId: job.aggregateId }} className="ember-link" preload={false}>Stream</Link>}
          {job.aggregate === "stream" && <Link to="/streams/$streamId" params={{ streamId: job.aggregateId }} className="ember-link">Stream</Link>}
          {readLog && log && seq && <Link to="/log" search={{ log: log === "FACTS" ? undefined : log, seq }} className="ember-link">Cause</Link>}
        </span>
      </div>
    </li>
  );
}

function Cancel({ job }: { job: Job }) {
  return (
    <Confirm
      size="compact-sm" variant="subtle" color="gray" label={`Cancel the work on ${job.label || job.aggregate}`}
      title="Cancel this work?" text={<>What {job.reactor} has done of “{job.label || job.doc}” so far is thrown away. The recording stays.</>}
      yes="Cancel it" no="Let it go on" loses
      run={() => api.post(`/api/jobs/${job.id}/cancel`)}
    >
      Cancel
    </Confirm>
  );
}

/** Lets the reactor try again what it gave up. */
function Retry({ job }: { job: Job }) {
  const retry = useMutation({
    mutationFn: () => api.post(`/api/jobs/${job.id}/retry`),
    onSuccess: () => toast(`Trying “${job.label || job.doc}” again`),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
  });
  return (
    <Button
      size="compact-sm" variant="light" leftSection={<RotateCcw size={14} />} aria-label={`Try again: ${job.label || job.doc}`}
      loading={retry.isPending} onClick={() => retry.mutate()}
    >
      Try again
    </Button>
  );
}

/** How long the work took, or has taken, in seconds. */
function duration(job: Job, now: Date): number | undefined {
  if (!job.startedAt) return undefined;
  const end = job.finishedAt ? Date.parse(job.finishedAt) : job.state === "running" ? now.getTime() : undefined;
  return end === undefined ? undefined : Math.max(0, (end - Date.parse(job.startedAt)) / 1000);
}
