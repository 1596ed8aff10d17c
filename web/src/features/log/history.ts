/** The events of one log that pass the filters: history over HTTP, then what happens, without a hole. */
import { useQuery } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import type { EventRecord } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";
import { useFeed } from "../../lib/live";
import { extend, passes, prepend, type Filter } from "./order";

const PAGE = 100;

interface Held {
  events: EventRecord[];
  /** Arrived while holding, newest first. */
  pending: EventRecord[];
}

type Action =
  | { type: "arrive"; events: EventRecord[]; hold: boolean }
  | { type: "older"; events: EventRecord[] }
  | { type: "release" };

function reduce(state: Held, action: Action): Held {
  switch (action.type) {
    case "arrive":
      return action.hold
        ? { ...state, pending: prepend(state.pending, action.events) }
        : { ...state, events: prepend(state.events, action.events) };
    case "older":
      return { ...state, events: extend(state.events, action.events) };
    case "release":
      return { events: prepend(state.events, state.pending), pending: [] };
  }
}

function read(filter: Filter, limit: number, before?: number, signal?: AbortSignal) {
  return api.get<Page<EventRecord>>("/api/events", {
    query: { log: filter.log, event: filter.event, aggregate: filter.aggregate, aggregateId: filter.id, before, limit }, signal,
  });
}

/** Reads the start of a history. The head of the log is read first, so that the feed goes on exactly there. */
export function useStart(filter: Filter) {
  return useQuery({
    queryKey: ["events", filter],
    queryFn: async ({ signal }) => {
      const head = (await read({ log: filter.log }, 1, undefined, signal)).items[0]?.seq ?? 0;
      return { head, page: await read(filter, PAGE, undefined, signal), filter };
    },
    staleTime: 0,
    gcTime: 0,
    refetchOnReconnect: false,
  });
}

export type Start = NonNullable<ReturnType<typeof useStart>["data"]>;

/** Goes on from `start`. While `hold`, what arrives is only counted; `release` shows it. */
export function useHistory({ head, page, filter }: Start, hold: boolean, onGap: () => void) {
  const [{ events, pending }, dispatch] = useReducer(reduce, { events: page.items, pending: [] });
  const [next, setNext] = useState(page.next);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<string>();

  useFeed(`events/${filter.log.toLowerCase()}`, {
    since: head,
    onEvents: (arrived) => {
      const passed = arrived.filter((event) => passes(event, filter));
      if (passed.length > 0) dispatch({ type: "arrive", events: passed, hold });
    },
    onGap,
  });

  const loadOlder = () => {
    const oldest = events.at(-1)?.seq;
    if (loading || !next || oldest === undefined) return;
    setLoading(true);
    setError(undefined);
    read(filter, PAGE, oldest)
      .then((older) => {
        dispatch({ type: "older", events: older.items });
        setNext(older.next);
      })
      .catch((failure: unknown) => setError(sentence(failure)))
      .finally(() => setLoading(false));
  };
  return { events, waiting: pending.length, more: Boolean(next), loading, error, loadOlder, release: () => dispatch({ type: "release" }) };
}
