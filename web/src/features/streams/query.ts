import type { Query } from "../../lib/api";
import { midnight } from "../../lib/days";

/** What is looked for, as the address of the page keeps it. */
export interface Search {
  q?: string;
  sort?: string;
  state?: string;
  /** "true" or "false"; both when left out. */
  published?: string;
  /** The first and the last day, as `2026-01-31`, where the browser is. */
  from?: string;
  to?: string;
}

/** Whether only some of the streams are looked for. */
export function isFiltered({ q, state, published, from, to }: Search): boolean {
  return [q, state, published, from, to].some((value) => value !== undefined);
}

/** The parameters of the list for a search: days become the times at which they begin and end here. */
export function queryOf({ q, sort, state, published, from, to }: Search): Query {
  return { q, sort, state, published, from: midnight(from, 0), to: midnight(to, 1) };
}
