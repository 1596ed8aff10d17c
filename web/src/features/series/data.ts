/** The series and what they plan, read again whenever one of them has changed. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import type { CreateSeries as Plan, Occurrence, Series } from "../../gen/api";
import { all, api } from "../../lib/api";
import { useSignal } from "../../lib/live";
import { readAgain } from "../../lib/readAgain";

/** Every query of this feature begins with this, so that one sign makes all of them anew. */
const KEY = "series";

export const seriesQuery = queryOptions({ queryKey: [KEY, "all"], queryFn: ({ signal }) => all<Series>("/api/series", { signal }) });

export function oneQuery(id: string) {
  return queryOptions({ queryKey: [KEY, "one", id], queryFn: ({ signal }) => api.get<Series>(`/api/series/${encodeURIComponent(id)}`, { signal }) });
}

/** What is planned from one day to another, both included, on the clocks of a zone. */
export function occurrencesQuery(from: string, to: string, zone: string) {
  return queryOptions({
    queryKey: [KEY, "occurrences", from, to, zone],
    queryFn: ({ signal }) => all<Occurrence>("/api/series/occurrences", { query: { from, to, zone }, signal }),
  });
}

/** Makes all that is shown of series anew. */
export function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => readAgain(client, { queryKey: [KEY] });
}

/** Keeps what is shown of series up to date. */
export function useSeriesChanges(): void {
  const again = useAgain();
  useSignal("series", () => void again());
}

/** The plan alone, without what is known of it besides. */
export function planOf(series: Series): Plan {
  const { title, description, streamTitle, category, tags, language, labels, notes, zone, start, end, time, minutes, recurrence, paused } = series;
  return { title, description, streamTitle, category, tags, language, labels, notes, zone, start, end, time, minutes, recurrence, paused };
}
