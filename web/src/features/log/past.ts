/** A live document as it was: which events made it, and what it said after each of them. */
import { queryOptions } from "@tanstack/react-query";
import type { EventRecord, PastState, Topic } from "../../gen/api";
import { api, ApiError, type Page } from "../../lib/api";
import { idsIn } from "./diff";

/** Steps at most, the newest; and things that a document may be made of, beside the one that it is about. */
const STEPS = 200;
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

/** The events that the topic may have followed from, the oldest first. */
export function stepsQuery(topic: string) {
  return queryOptions({
    queryKey: ["log", "steps", topic],
    queryFn: async ({ client, signal }) => {
      const [name = "", id] = topic.split("/", 2);
      const kind = (await client.ensureQueryData(topicsQuery)).find((candidate) => candidate.topic === name);
      if (!kind) throw new ApiError(404, "not_found", `Nothing called ${name} is kept as it was.`);
      const found = await Promise.all((id ? await parts(topic, id, signal) : [undefined]).map((aggregateId) =>
        api.get<Page<EventRecord>>("/api/events", { query: { aggregateId, limit: STEPS }, signal })));
      return steps(kind, found.flatMap((page) => page.items));
    },
    staleTime: 0,
  });
}

/** Those of the events that a document of this kind may follow from, each once, the oldest first. */
export function steps(kind: Topic, found: EventRecord[]): EventRecord[] {
  const made = found.filter((event) => kind.events.includes(event.event) || kind.events.includes(`${event.log}/*`));
  return [...new Map(made.map((event) => [event.seq, event])).values()].sort((a, b) => a.seq - b.seq).slice(-STEPS);
}

/** The ids of what the document is made of: its own, and those that it names. */
async function parts(topic: string, id: string, signal: AbortSignal): Promise<string[]> {
  const { value } = await api.get<PastState>("/api/log/state", { query: { topic, at: new Date().toISOString() }, signal });
  return [...new Set([id, ...idsIn(value)])].slice(0, THINGS);
}
