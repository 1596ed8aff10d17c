import type { EventRecord } from "../../gen/api";

/** What one looks for in a log; the names are those of the address. */
export interface Filter {
  log: string;
  name?: string;
  aggregate?: string;
  id?: string;
  /** Since and until bound the time of events, as ISO 8601 writes it; until itself is left out. */
  since?: string;
  until?: string;
}

/** How many events are shown at most before the list begins anew with the newest. */
export const MOST = 5_000;

/** Whether a pushed event passes a filter; the server applies the same to history. */
export function passes(event: EventRecord, filter: Filter): boolean {
  const at = Date.parse(event.time);
  return (!filter.name || event.event === filter.name)
    && (!filter.aggregate || event.aggregate === filter.aggregate)
    && (!filter.id || event.aggregateId === filter.id)
    && (!filter.since || at >= Date.parse(filter.since))
    && (!filter.until || at < Date.parse(filter.until));
}

/** Puts events in front of a list that is newest first, each once. */
export function prepend(list: EventRecord[], arrived: EventRecord[]): EventRecord[] {
  const newest = list[0]?.seq ?? 0;
  const fresh = arrived.filter((event) => event.seq > newest).sort((a, b) => b.seq - a.seq);
  return fresh.length === 0 ? list : [...fresh, ...list];
}

/** Puts older events at the end of a list that is newest first, each once. */
export function extend(list: EventRecord[], older: EventRecord[]): EventRecord[] {
  const oldest = list.at(-1)?.seq ?? Infinity;
  return [...list, ...older.filter((event) => event.seq < oldest)];
}
