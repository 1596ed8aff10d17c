import { Button, Skeleton, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Activity, CircleCheck } from "lucide-react";
import type { Job } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";
import { jobsOf, type Board } from "../../lib/jobs";
import { Notice } from "../../lib/Notice";
import { JobRow } from "./JobRow";
import classes from "./JobsPage.module.css";

const route = getRouteApi("/app/jobs");

const STATES = [
  { value: undefined, label: "All" },
  { value: "running", label: "Running" },
  { value: "waiting", label: "Waiting" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
  { value: "done", label: "Done" },
];

/** Every piece of work, by its state. */
export function Work({ board }: { board: Board | undefined }) {
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const jobs = board?.items ?? [];
  const shown = jobs.filter((job) => !state || job.state === state);
  return (
    <>
      <div className={classes.filters} role="group" aria-label="State">
        {STATES.map(({ value, label }) => (
          <UnstyledButton
            key={label} className={classes.filter} aria-pressed={state === value}
            onClick={() => void navigate({ search: (old) => ({ ...old, state: value }), replace: true })}
          >
            {label}
            <span className={classes.count}>{jobs.filter((job) => !value || job.state === value).length}</span>
          </UnstyledButton>
        ))}
      </div>
      {!board && <Loading />}
      {board && shown.length === 0 && !board.cut && <Nothing state={state} />}
      <ul className={classes.list}>
        {shown.map((job) => <JobRow key={job.id} job={job} latest={jobsOf(jobs, job.aggregateId)[0] === job} />)}
      </ul>
      {board?.cut && <Older key={state} state={state} known={jobs} />}
    </>
  );
}

/** The jobs that are not pushed any more, read when one asks for them. */
function Older({ state, known }: { state: string | undefined; known: Job[] }) {
  const list = useInfiniteQuery({
    queryKey: ["jobs", "older", state],
    queryFn: ({ pageParam, signal }) => api.get<Page<Job>>("/api/jobs", { query: { state, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    enabled: false,
  });
  const have = new Set(known.map((job) => job.id));
  const older = list.data?.pages.flatMap((page) => page.items).filter((job) => !have.has(job.id)) ?? [];
  return (
    <>
      {older.length > 0 && <ul className={classes.list} style={{ marginTop: 12 }}>{older.map((job) => <JobRow key={job.id} job={job} latest={false} />)}</ul>}
      {(!list.data || list.hasNextPage) && (
        <div className={classes.more}>
          {list.error && <span role="alert">{sentence(list.error)}</span>}
          <Button variant="default" loading={list.isFetching} onClick={() => void (list.data ? list.fetchNextPage() : list.refetch())}>Show older ones</Button>
        </div>
      )}
    </>
  );
}

function Loading() {
  return (
    <div className={classes.list} role="status" aria-label="Loading jobs">
      {Array.from({ length: 5 }, (_, i) => <Skeleton key={i} height={96} radius="lg" />)}
    </div>
  );
}

function Nothing({ state }: { state: string | undefined }) {
  if (state === "failed") return <Notice icon={<CircleCheck size={26} />} title="Nothing has failed">Work that fails stays here, with its reason.</Notice>;
  if (state === "cancelled") return <Notice icon={<CircleCheck size={26} />} title="Nothing was cancelled">Work that waits or runs can be cancelled here.</Notice>;
  return (
    <Notice icon={<Activity size={26} />} title={state === "running" || state === "waiting" ? "All quiet" : "No work yet"}>
      Work appears here as soon as there is some: add a recording, and watch it being prepared.
    </Notice>
  );
}
