/** A live document as it was: which events made it, and what it said after each of them. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { EventRecord, PastState, Topic } from "../../gen/api";
import { api, ApiError, type Page } from "../../lib/api";
import { idsIn } from "./diff";

/** Events that are read at once; and things that a document may be made of, with the one that it is about. */
const EVENTS = 200;
const THINGS = 24;

/** The kinds of documents that can be shown as they were. */
export const topicsQuery = queryOptions({
  queryKey: ["log", "topics"],
  queryFn: async ({ signal }) => (await api.get<Page<Topic>>("/api/log/topics", { signal })).items,
  staleTime: Infinity,
});

/** What a topic said at a moment; the past does not change. */
export function stateQuery(topic: string, at: string) {
  return queryOptions({
    queryKey: ["log", "state", topic, at],
    queryFn: ({ signal }) => api.get<PastState>("/api/log/state", { query: { topic, at }, signal }),
    staleTime: Infinity,
    retry: false,
  });
}

/** What happened to one of the things that a document is made of, the newest first; `next` goes on to earlier. */
export interface Source {
  id: string | undefined;
  events: EventRecord[];
  next?: string;
}

/** A part of the way to a document: it is read from its end, as far back as one asks. */
export interface Stretch {
  kind: Topic;
  /** What the document is called now, where it says so. */
  name?: string;
  sources: Source[];
}

/** The events that the topic may have followed from; each further page has earlier ones. */
export function stepsQuery(topic: string) {
  return infiniteQueryOptions({
    queryKey: ["log", "steps", topic],
    queryFn: async ({ client, pageParam, signal }): Promise<Stretch> => {
      const [word = "", id] = topic.split("/", 2);
      const kind = (await client.ensureQueryData(topicsQuery)).find((candidate) => candidate.topic === word);
      if (!kind) throw new ApiError(404, "not_found", `Nothing called ${word} is kept as it was.`);
      const { value } = id && !pageParam ? await api.get<PastState>("/api/log/state", { query: { topic, at: new Date().toISOString() }, signal }) : {};
      const asked = pageParam ?? (id ? [...new Set([id, ...idsIn(value)])].slice(0, THINGS) : [undefined]).map((thing): Source => ({ id: thing, events: [] }));
      const sources = await Promise.all(asked.map(async ({ id: aggregateId, next: cursor }): Promise<Source> => {
        const page = await api.get<Page<EventRecord>>("/api/events", { query: { aggregateId, cursor, limit: EVENTS }, signal });
        return { id: aggregateId, events: page.items, next: page.next || undefined };
      }));
      return { kind, name: nameOf(value), sources };
    },
    initialPageParam: undefined as Source[] | undefined,
    getNextPageParam: ({ sources }) => {
      const open = sources.filter(({ next }) => next);
      return open.length > 0 ? open : undefined;
    },
    staleTime: 0,
  });
}

/**
 * The events of all stretches that a document of this kind may follow from, each once, the oldest first. It
 * begins where all of its sources are known from, so that none is left out in between.
 */
export function steps(stretches: Stretch[]): EventRecord[] {
  const last = stretches.at(-1);
  if (!last) return [];
  const { kind } = last;
  const from = Math.max(0, ...last.sources.filter(({ next }) => next).map(({ events }) => events.at(-1)?.seq ?? Infinity));
  const made = stretches.flatMap(({ sources }) => sources.flatMap(({ events }) => events))
    .filter((event) => event.seq >= from && (kind.events.includes(event.event) || kind.events.includes(`${event.log}/*`)));
  return [...new Map(made.map((event) => [event.seq, event])).values()].sort((a, b) => a.seq - b.seq);
}

/**
 * The place among `steps` of the last one by a moment, which is a position on FACTS or a time: -1 before the
 * first. Without a moment it is the last of all; undefined says that the text is no moment.
 */
export function placeOf(steps: EventRecord[], at: string | undefined): number | undefined {
  if (at === undefined) return steps.length - 1;
  const seq = /^FACTS\/(\d+)$/.exec(at)?.[1];
  if (seq) return steps.findLastIndex((event) => event.seq <= Number(seq));
  const time = /^\d{4}-\d\d-\d\dT/.test(at) ? Date.parse(at) : NaN;
  return Number.isNaN(time) ? undefined : steps.findLastIndex((event) => Date.parse(event.time) <= time);
}

function nameOf(value: unknown): string | undefined {
  const { title, name } = (value ?? {}) as { title?: unknown; name?: unknown };
  return [title, name].find((text): text is string => typeof text === "string" && text !== "");
}
