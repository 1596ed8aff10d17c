/** The events of one log that pass the filters: history over HTTP, then what happens, without a hole. */
import { useQuery } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import type { EventRecord } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";
import { useFeed } from "../../lib/live";
import { extend, MOST, passes, prepend, type Filter } from "./order";

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
        ? { ...state, pending: prepend(state.pending, action.events).slice(0, MOST + 1) }
        : { ...state, events: prepend(state.events, action.events) };
    case "older":
      return { ...state, events: extend(state.events, action.events) };
    case "release":
      return { events: prepend(state.events, state.pending), pending: [] };
  }
}

function read({ id, ...filter }: Filter, limit: number, cursor?: string, signal?: AbortSignal) {
  return api.get<Page<EventRecord>>("/api/events", { query: { ...filter, aggregateId: id, cursor, limit }, signal });
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

/**
 * Goes on from `start`. While `hold`, what arrives is only counted; `release` shows it. `onRestart` is called
 * when events were missed, or there are too many to go on: then the history is to be read from its start.
 */
export function useHistory({ head, page, filter }: Start, hold: boolean, onRestart: () => void) {
  const [{ events, pending }, dispatch] = useReducer(reduce, { events: page.items, pending: [] });
  const [next, setNext] = useState(page.next);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<string>();

  useFeed(`events/${filter.log.toLowerCase()}`, {
    since: head,
    onEvents: (arrived) => {
      const passed = arrived.filter((event) => passes(event, filter));
      if (passed.length === 0) return;
      if (!hold && events.length + passed.length > MOST) return onRestart();
      dispatch({ type: "arrive", events: passed, hold });
    },
    onGap: onRestart,
  });

  const loadOlder = () => {
    if (loading || !next) return;
    setLoading(true);
    setError(undefined);
    read(filter, PAGE, next)
      .then((older) => {
        dispatch({ type: "older", events: older.items });
        setNext(older.next);
      })
      .catch((failure: unknown) => setError(sentence(failure)))
      .finally(() => setLoading(false));
  };
  const release = () => (events.length + pending.length > MOST ? onRestart() : dispatch({ type: "release" }));
  return { events, waiting: pending.length, more: Boolean(next), loading, error, loadOlder, release };
}
