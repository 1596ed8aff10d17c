import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/**
 * Reads again what matches, because something about it has changed. A first read that is under way may answer what
 * was before, and invalidating it alone would be forgotten with its answer: it is finished, and then made again.
 */
export async function readAgain(client: QueryClient, filters: QueryFilters): Promise<void> {
  const first = client.getQueryCache().findAll({ ...filters, fetchStatus: "fetching" }).filter(({ state }) => state.data === undefined);
  await Promise.allSettled(first.map((query) => query.fetch())); // the promise of the read that runs
  await client.invalidateQueries(filters);
}
