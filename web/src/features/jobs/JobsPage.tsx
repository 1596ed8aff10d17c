import { Skeleton, Tabs, Title } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Activity, CircleCheck } from "lucide-react";
import type { Job } from "../../gen/api";
import { jobsOf, useJobs } from "../../lib/jobs";
import { Failure, Notice } from "../../lib/Notice";
import { JobRow } from "./JobRow";
import classes from "./JobsPage.module.css";

const route = getRouteApi("/app/jobs");

const FILTERS = [
  { value: "all", label: "All" },
  { value: "running", label: "Running" },
  { value: "waiting", label: "Waiting" },
  { value: "failed", label: "Failed" },
  { value: "done", label: "Done" },
];

/** All work there is: what runs, what waits, what failed and why. */
export function JobsPage() {
  const { state = "all" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, isPending, error, refetch } = useJobs();
  const jobs = data?.items ?? [];
  const shown = state === "all" ? jobs : jobs.filter((job) => job.state === state);
  return (
    <div className={classes.page}>
      <Title order={1} mb="lg">Jobs</Title>
      {error && !data ? (
        <Failure title="The jobs could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <Tabs
          value={state}
          onChange={(value) => void navigate({ search: { state: value === "all" || !value ? undefined : value }, replace: true })}
        >
          <Tabs.List className={classes.tabs}>
            {FILTERS.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
                <span className={classes.count}>{count(jobs, value)}</span>
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {FILTERS.map(({ value }) => (
            <Tabs.Panel key={value} value={value} pt="md">
              {value === state && (isPending ? <Loading /> : shown.length === 0 ? <Nothing state={state} /> : (
                <ul className={classes.list}>{shown.map((job) => <JobRow key={job.id} job={job} latest={jobsOf(jobs, job.aggregateId)[0] === job} />)}</ul>
              ))}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </div>
  );
}

function count(jobs: Job[], state: string): number {
  return state === "all" ? jobs.length : jobs.filter((job) => job.state === state).length;
}

function Loading() {
  return (
    <div className={classes.list} role="status" aria-label="Loading jobs">
      {Array.from({ length: 5 }, (_, i) => <Skeleton key={i} height={84} radius="lg" />)}
    </div>
  );
}

function Nothing({ state }: { state: string }) {
  if (state === "failed") return <Notice icon={<CircleCheck size={26} />} title="Nothing has failed">Work that fails stays here, with its reason.</Notice>;
  return (
    <Notice icon={<Activity size={26} />} title={state === "running" || state === "waiting" ? "All quiet" : "No work yet"}>
      Work appears here as soon as there is some: add a recording, and watch it being prepared.
    </Notice>
  );
}
