import { getRouteApi } from "@tanstack/react-router";
import { Skeleton, Title } from "@mantine/core";
import { Failure } from "../../lib/Notice";
import { Detail } from "./Detail";
import { Filters, LOGS } from "./Filters";
import { useStart } from "./history";
import type { Filter } from "./order";
import { Tail } from "./Tail";
import classes from "./LogPage.module.css";

const route = getRouteApi("/app/log");

/** The log itself: everything that happened, as it happens, with cause and effect. */
export function LogPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter: Filter = {
    log: LOGS.some(({ value }) => value === search.log) ? search.log! : "FACTS",
    name: search.name, aggregate: search.aggregate, id: search.id, since: time(search.since), until: time(search.until),
  };
  const start = useStart(filter);
  const seq = search.seq && /^\d+$/.test(search.seq) ? Number(search.seq) : undefined;
  const select = (chosen: number | undefined) => void navigate({
    search: (old) => ({ ...old, seq: chosen === undefined ? undefined : String(chosen) }), replace: true, resetScroll: false,
  });
  return (
    <div className={classes.page} data-detail={seq !== undefined || undefined}>
      <div className={classes.main}>
        <header className={classes.head}>
          <Title order={1}>Log</Title>
          <Filters key={JSON.stringify(filter)} filter={filter} known={start.data?.page.items ?? []} />
        </header>
        {start.isPending && <Loading />}
        {start.isError && <Failure title="The log could not be read" error={start.error} onRetry={() => void start.refetch()} />}
        {start.data && (
          <Tail
            key={`${JSON.stringify(start.data.filter)}@${start.dataUpdatedAt}`}
            start={start.data}
            selected={seq}
            onSelect={select}
            onRestart={() => void start.refetch()}
          />
        )}
      </div>
      {seq !== undefined && <Detail log={filter.log} seq={seq} onClose={() => select(undefined)} />}
    </div>
  );
}

/** A time of the address, unless it is none. */
function time(text: string | undefined): string | undefined {
  return text && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the log">
      {Array.from({ length: 14 }, (_, i) => <Skeleton key={i} height={20} />)}
    </div>
  );
}
