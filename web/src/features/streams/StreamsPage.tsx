import { Skeleton, Title } from "@mantine/core";
import { useThrottledCallback } from "@mantine/hooks";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Clapperboard } from "lucide-react";
import type { StreamSummary } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import { useSignal } from "../../lib/live";
import { More } from "../../lib/More";
import { Failure, Notice } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { readAgain } from "../../lib/readAgain";
import { useMay } from "../../lib/session";
import { AddButton } from "./AddButton";
import { onArrows } from "./arrows";
import { FirstSteps, NothingFound } from "./Empty";
import { Filters, Order, SearchField } from "./Filters";
import { Latest } from "./Latest";
import { byMonth } from "./months";
import { NewStream } from "./NewStream";
import { isFiltered, queryOf } from "./query";
import { StreamCard } from "./StreamCard";
import classes from "./StreamsPage.module.css";

const route = getRouteApi("/app/streams");
/** While a stream is prepared the list changes with every part; it is read again at most this often, in milliseconds. */
const BREATH = 2_000;

/** The library: every stream, to be found again. */
export function StreamsPage() {
  const { new: making, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMay("edit");
  const client = useQueryClient();
  const query = queryOf(search);
  const list = useInfiniteQuery({
    queryKey: ["streams", query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<StreamSummary>>("/api/streams", { query: { ...query, limit: 48, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: (previous) => previous,
  });
  const changed = useThrottledCallback(() => void readAgain(client, { queryKey: ["streams"] }), BREATH);
  useSignal("streams", changed);

  const filtered = isFiltered(search);
  const { sort = "newest" } = search;
  const streams = list.data?.pages.flatMap((page) => page.items) ?? [];
  const none = list.isSuccess && !list.isPlaceholderData && streams.length === 0;
  const latest = !filtered && sort === "newest" ? streams.find(({ state }) => state !== "empty") : undefined;
  const rest = streams.filter((stream) => stream !== latest);
  const byTime = sort === "newest" || sort === "oldest";
  const months = byTime && search.q === undefined ? byMonth(rest) : [{ name: "", streams: rest }];
  return (
    <div className={`${page.page} ${classes.page}`}>
      <header className={`${page.head} ${classes.head}`}>
        <Title order={1}>Streams</Title>
        {!(none && !filtered) && (
          <div className={classes.tools}>
            <SearchField />
            <Order />
            {mayEdit && <AddButton />}
          </div>
        )}
      </header>
      {!(none && !filtered) && <Filters />}
      {list.isPending && <Loading />}
      {list.isError && streams.length === 0 && (
        <Failure title="Your streams could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
      )}
      {none && filtered && <NothingFound search={search} />}
      {none && !filtered && (mayEdit
        ? <FirstSteps />
        : <Notice icon={<Clapperboard size={28} />} title="No stream yet">Streams show here as soon as an editor adds one.</Notice>)}
      <div onKeyDown={onArrows}>
        {latest && <Latest stream={latest} />}
        <div className={classes.months} aria-busy={list.isPlaceholderData}>
          {months.map((month) => (
            <section key={month.name} aria-label={month.name || "Streams"}>
              {month.name && <h2 className={classes.month}>{month.name}</h2>}
              <ul className={classes.grid}>
                {month.streams.map((stream) => <li key={stream.id} className={classes.cell}><StreamCard stream={stream} /></li>)}
              </ul>
            </section>
          ))}
        </div>
      </div>
      {list.hasNextPage && <More list={list} />}
      <NewStream
        opened={making !== undefined && mayEdit}
        onClose={() => void navigate({ search: (old) => ({ ...old, new: undefined }), replace: true })}
      />
    </div>
  );
}

function Loading() {
  return (
    <div className={classes.grid} role="status" aria-label="Loading streams">
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i} className={classes.skeleton}>
          <Skeleton className={classes.poster} radius="lg" />
          <Skeleton height={16} width="72%" />
          <Skeleton height={12} width="44%" />
        </div>
      ))}
    </div>
  );
}
