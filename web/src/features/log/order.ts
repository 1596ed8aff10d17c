import type { EventRecord } from "../../gen/api";

/** What one looks for in a log. */
export interface Filter {
  log: string;
  event?: string;
  aggregate?: string;
  id?: string;
}

/** The tail keeps this many; what is older is read from the server again. */
const TAIL = 5_000;

/** Whether a pushed event passes a filter; the server applies the same to history. */
export function passes(event: EventRecord, filter: Filter): boolean {
  return (!filter.event || event.event === filter.event)
    && (!filter.aggregate || event.aggregate === filter.aggregate)
    && (!filter.id || event.aggregateId === filter.id);
}

/** Puts events in front of a list that is newest first, each once. */
export function prepend(list: EventRecord[], arrived: EventRecord[]): EventRecord[] {
  const newest = list[0]?.seq ?? 0;
  const fresh = arrived.filter((event) => event.seq > newest).sort((a, b) => b.seq - a.seq);
  return fresh.length === 0 ? list : [...fresh, ...list].slice(0, Math.max(TAIL, list.length));
}

/** Puts older events at the end of a list that is newest first, each once. */
export function extend(list: EventRecord[], older: EventRecord[]): EventRecord[] {
  const oldest = list.at(-1)?.seq ?? Infinity;
  return [...list, ...older.filter((event) => event.seq < oldest)];
}
