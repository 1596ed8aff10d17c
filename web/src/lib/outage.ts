/** What is wrong while nothing answers: asked only then, and for anybody, signed in or not. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "./api";
import { trouble, type Health, type Trouble } from "./health";

/** For this many milliseconds an answer may take before one asks what is wrong. */
const PATIENCE = 1_500;
const LONGEST_DELAY = 10_000;

/** Milliseconds before attempt `attempt` (from 0) of what failed: doubling, capped. */
export function retryDelay(attempt: number): number {
  return Math.min(LONGEST_DELAY, 400 * 2 ** attempt);
}

/** Whether an error says that something is away, so that the same works again later. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

/** Options of a query without which there is nothing to show: it is tried until it is answered. */
export const untilBack = { retry: (_: number, error: unknown) => isAway(error), retryDelay };

/** What the answer of `/readyz` says is wrong; null when all is well. */
export function told(health: Health | undefined): Trouble | null {
  return trouble(health ? "live" : "down", health) ?? null;
}

const readyQuery = queryOptions({
  queryKey: ["ready"],
  queryFn: async ({ signal }) => {
    try {
      const response = await fetch("/readyz", { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
      return told((await response.json()) as Health);
    } catch (error) {
      if (signal.aborted) throw error;
      return told(undefined);
    }
  },
  staleTime: 0,
  gcTime: 0,
  refetchInterval: ({ state }) => retryDelay(state.dataUpdateCount),
});

/** What is wrong, asked again and again as long as one is `waiting` for something; undefined while nothing is. */
export function useOutage(waiting: boolean): Trouble | undefined {
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLong(true), PATIENCE);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [waiting]);
  const { data } = useQuery({ ...readyQuery, enabled: waiting && long });
  return waiting && long ? data ?? undefined : undefined;
}
