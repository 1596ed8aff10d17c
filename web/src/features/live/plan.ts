import { queryOptions } from "@tanstack/react-query";
import { api } from "../../lib/api";
import type { Occurrence } from "../../gen/api";

const DAY = 86_400_000;
/** So many days one looks ahead. */
const AHEAD = 14;

/** What is planned from yesterday on, as a stream may go on past midnight. */
export const plansQuery = queryOptions({
  queryKey: ["occurrences", "next"],
  queryFn: async ({ signal }) => {
    const now = Date.now();
    const query = { from: dateOf(now - DAY), to: dateOf(now + AHEAD * DAY), zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
    return (await api.get<{ items: Occurrence[] }>("/api/series/occurrences", { query, signal })).items;
  },
  staleTime: 60_000,
  refetchOnWindowFocus: true,
});

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The stream that is on by the plan, or comes next; those that are skipped do not come. */
export function nextOf(plans: Occurrence[] | undefined, now: number): Occurrence | undefined {
  return plans
    ?.filter(({ skipped, endsAt }) => !skipped && Date.parse(endsAt) > now)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))[0];
}

/** How long it is until then: `2 d 4 h`, `3 h 20 min`, `12:30`. */
export function countdown(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
