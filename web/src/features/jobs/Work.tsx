import { Button, Skeleton, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Activity, CircleCheck, X } from "lucide-react";
import type { Board, Pipeline } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";
import { Notice } from "../../lib/Notice";
import { JobList } from "./JobList";
import { PipelineCard } from "./PipelineCard";
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

/** All work: what is done for one thing together, or the single jobs of one reactor. */
export function Work({ board }: { board: Board | undefined }) {
  const { state, reactor, of } = route.useSearch();
  const navigate = route.useNavigate();
  const all = board?.items ?? [];
  const shown = all.filter((pipeline) => (!state || pipeline.state === state) && (!of || pipeline.aggregateId === of));
  const single = reactor !== undefined;
  const label = of && (all.find(({ aggregateId }) => aggregateId === of)?.label ?? of);
  return (
    <>
      <div className={classes.filters} role="group" aria-label="State">
        {STATES.map(({ value, label }) => (
          <UnstyledButton
            key={label} className={classes.filter} aria-pressed={state === value}
            onClick={() => void navigate({ search: (old) => ({ ...old, state: value }) })}
          >
            {label}
            {!single && <span className={classes.count}>{all.filter((pipeline) => !value || pipeline.state === value).length}</span>}
          </UnstyledButton>
        ))}
        {reactor && <Chosen text={reactor} onClick={() => void navigate({ search: (old) => ({ ...old, reactor: undefined }) })} />}
        {label && <Chosen text={label} onClick={() => void navigate({ search: (old) => ({ ...old, of: undefined }) })} />}
      </div>
      {!board && <Loading />}
      {board && single && <JobList key={`${reactor}/${state}/${of}`} query={{ reactor, state, aggregateId: of }} />}
      {board && !single && (
        <>
          {shown.length === 0 && !board.cut && <Nothing state={state} />}
          <ul className={classes.list}>
            {shown.map((pipeline) => <PipelineCard key={keyOf(pipeline)} pipeline={pipeline} opened={of === pipeline.aggregateId} />)}
          </ul>
          {board.cut && <Older key={`${state}/${of}`} query={{ state, aggregateId: of }} known={shown} />}
        </>
      )}
    </>
  );
}

/** The pipelines that are not pushed any more, read when one asks for them. */
function Older({ query, known }: { query: { state?: string; aggregateId?: string }; known: Pipeline[] }) {
  const list = useInfiniteQuery({
    queryKey: ["jobs", "older", query],
    queryFn: ({ pageParam, signal }) => api.get<Page<Pipeline>>("/api/pipelines", { query: { ...query, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    enabled: known.length === 0,
  });
  const have = new Set(known.map(keyOf));
  const older = list.data?.pages.flatMap((page) => page.items).filter((pipeline) => !have.has(keyOf(pipeline))) ?? [];
  return (
    <>
      {list.data && !list.hasNextPage && known.length + older.length === 0 && <Nothing state={query.state} />}
      {older.length > 0 && (
        <ul className={classes.list} style={{ marginTop: 12 }}>
          {older.map((pipeline) => <PipelineCard key={keyOf(pipeline)} pipeline={pipeline} opened={query.aggregateId === pipeline.aggregateId} />)}
        </ul>
      )}
      {(!list.data || list.hasNextPage) && (
        <div className={classes.more}>
          {list.error && <span role="alert">{sentence(list.error)}</span>}
          <Button variant="default" loading={list.isFetching} onClick={() => void (list.data ? list.fetchNextPage() : list.refetch())}>Show older ones</Button>
        </div>
      )}
    </>
  );
}

function keyOf({ aggregate, aggregateId }: Pipeline): string {
  return `${aggregate}/${aggregateId}`;
}

function Chosen({ text, onClick }: { text: string; onClick: () => void }) {
  return <UnstyledButton className={classes.filter} aria-pressed="true" onClick={onClick}>{text}<X size={14} aria-label="Remove this filter" /></UnstyledButton>;
}

function Loading() {
  return (
    <div className={classes.list} role="status" aria-label="Loading jobs">
      {Array.from({ length: 5 }, (_, i) => <Skeleton key={i} height={132} radius="lg" />)}
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
