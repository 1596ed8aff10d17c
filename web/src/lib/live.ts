/** Brings the websocket into React: documents live in the query cache, feeds arrive in batches. */
import { useQuery, useQueryClient, type QueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useEffect, useEffectEvent, useSyncExternalStore } from "react";
import type { EventRecord } from "../gen/api";
import { heardOf } from "./api";
import { readAgain } from "./readAgain";
import { Socket, type Connection } from "./socket";

export const socket = new Socket({
  dial: (events) => {
    const wire = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    wire.onopen = events.open;
    wire.onmessage = (message) => events.message(String(message.data));
    wire.onclose = (event) => events.close(event.code);
    return wire;
  },
});

addEventListener("offline", () => socket.offline());
addEventListener("online", () => socket.retryNow());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") socket.retryNow();
});

/** Whether pushed data is current right now. */
export function useConnection(): Connection {
  return useSyncExternalStore(socket.watch, () => socket.connection);
}

/** The cache key of a document topic. */
export function documentKey(topic: string): [string, string] {
  return ["document", topic];
}

/**
 * The current value of a live document. `fetch` reads it over HTTP, so that it also shows (and tells why
 * it does not exist) while the websocket is away; while it stands, what it has pushed wins.
 */
export function useDocument<T>(topic: string, fetch: (signal: AbortSignal) => Promise<T>): UseQueryResult<T> {
  const client = useQueryClient();
  useEffect(
    () => socket.subscribe(topic, (news) => {
      if (news.type !== "value") return;
      heardOf(socket.value(topic)?.position);
      // There is no such document yet, or not any more: what there is instead is told over HTTP.
      if (news.value === null) void readAgain(client, { queryKey: documentKey(topic) });
      else client.setQueryData(documentKey(topic), news.value);
    }),
    [client, topic],
  );
  return useQuery({
    queryKey: documentKey(topic),
    queryFn: async ({ signal }) => {
      const fetched = await fetch(signal);
      const pushed = socket.connection === "live" ? socket.value(topic)?.value : undefined;
      return (pushed as T | undefined) ?? fetched;
    },
    staleTime: Infinity,
  });
}

/**
 * Runs a command that answers a live document, and shows the answer; unless one was pushed meanwhile: then that one,
 * or the next, is as new.
 */
export async function showAnswer<T>(client: QueryClient, topic: string, command: () => Promise<T>): Promise<T> {
  const before = socket.value(topic);
  const answer = await command();
  if (socket.value(topic) === before) client.setQueryData(documentKey(topic), answer);
  return answer;
}

/** The newest value of a topic that only the websocket has; undefined before the first. */
export function useTopic<T>(topic: string): T | undefined {
  const listen = useCallback((changed: () => void) => socket.subscribe(topic, changed), [topic]);
  return useSyncExternalStore(listen, () => socket.value(topic)?.value as T | undefined);
}

/**
 * Calls `onChange` with every value of a document topic that is only a sign to look again; with the first one
 * too, as what was read before may be older.
 */
export function useSignal(topic: string, onChange: () => void): void {
  const changed = useEffectEvent(onChange);
  useEffect(
    () => socket.subscribe(topic, (news) => {
      if (news.type !== "value") return;
      heardOf(socket.value(topic)?.position);
      changed();
    }),
    [topic],
  );
}

interface Feed {
  /** The last sequence already known; undefined while it is not known yet, and nothing is asked for. */
  since: number | undefined;
  onEvents: (events: EventRecord[]) => void;
  /** Some were missed: read the history again. */
  onGap: () => void;
}

/** Hands over the events of a feed topic, at most once per frame. */
export function useFeed(topic: string, { since, onEvents, onGap }: Feed): void {
  const arrived = useEffectEvent(onEvents);
  const missed = useEffectEvent(onGap);
  useEffect(() => {
    if (since === undefined) return;
    let batch: EventRecord[] = [];
    let frame: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      frame = undefined;
      const events = batch;
      batch = [];
      arrived(events);
    };
    const stop = socket.subscribe(topic, (news) => {
      if (news.type === "gap") missed();
      if (news.type !== "event") return;
      batch.push(news.event);
      frame ??= setTimeout(flush, 32);
    }, since);
    return () => {
      stop();
      clearTimeout(frame);
    };
  }, [topic, since]);
}
