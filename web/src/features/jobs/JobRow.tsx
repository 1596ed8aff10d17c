import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Job, JobDetail } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Badge } from "../../lib/Badge";
import { Confirm } from "../../lib/Confirm";
import { written } from "../../lib/format";
import { progress } from "../../lib/jobs";
import { Meter } from "../../lib/Meter";
import { Moment, useNow } from "../../lib/Moment";
import { useMay } from "../../lib/session";
import { roughly } from "../../lib/time";
import { toast } from "../../lib/toasts";
import classes from "./JobRow.module.css";
import { STATES } from "./order";

/** One piece of work. Within the pipeline of a thing it does not say again what the thing is called. */
export function JobRow({ job, inside = false }: { job: Job; inside?: boolean }) {
  const now = useNow();
  const mayEdit = useMay("edit");
  const readLog = useMay("readLog");
  const [log, setLog] = useState(false);
  const { tone, label } = STATES[job.state];
  const [logName, seq] = job.cause.split("/");
  const took = duration(job, now);
  const Title = inside ? "h3" : "h2";
  return (
    <li className={inside ? `${classes.job} ${classes.inside}` : `panel ${classes.job}`}>
      <div className={classes.top}>
        <div className={classes.names}>
          <Title className={job.label ? classes.title : `${classes.title} ${classes.does}`}>{job.label || job.doc}</Title>
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
          {!inside && job.aggregate === "clip" && <Link to="/clips/$clipId" params={{ clipId: job.aggregateId }} className="ember-link" preload={false}>Stream</Link>}
          {!inside && job.aggregate === "stream" && <Link to="/streams/$streamId" params={{ streamId: job.aggregateId }} className="ember-link">Stream</Link>}
          {readLog && logName && seq && <Link to="/log" search={{ log: logName === "FACTS" ? undefined : logName, seq }} className="ember-link">Cause</Link>}
          {job.attempt > 0 && (
            <Button size="compact-sm" variant="subtle" color="gray" aria-expanded={log} aria-label={`Output of ${job.label || job.doc}`} rightSection={<ChevronDown size={14} />} onClick={() => setLog(!log)}>
              Output
            </Button>
          )}
        </span>
      </div>
      {log && <Output job={job} />}
    </li>
  );
}

/** The last lines that the program behind a job has written. */
function Output({ job }: { job: Job }) {
  const { data, error } = useQuery({
    queryKey: ["jobs", "one", job.id, job.state, job.attempt],
    queryFn: ({ signal }) => api.get<JobDetail>(`/api/jobs/${job.id}`, { signal }),
    refetchInterval: job.state === "running" ? 2_000 : false,
  });
  if (error && !data) return <p className={classes.reason} role="alert">{sentence(error)}</p>;
  if (!data) return <Skeleton height={44} />;
  if (data.log.length === 0) return <p className={classes.by}>{job.state === "running" ? "It has written nothing so far." : "It has written nothing."}</p>;
  return <pre className={classes.output} tabIndex={0} role="log" aria-label="The last lines of its output">{data.log.join("\n")}</pre>;
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
