import type { Query } from "../../lib/api";
import { midnight } from "../../lib/days";

/** What is looked for, as the address of the page keeps it. */
export interface Search {
  q?: string;
  /** The id of who wrote it. */
  user?: string;
  /** The id of the stream that it was written during. */
  stream?: string;
  /** The first and the last day, as `2026-01-31`, where the browser is. */
  from?: string;
  to?: string;
  /** "oldest" first; else the newest. */
  sort?: string;
}

/** Whether only some of the messages are looked for. */
export function isFiltered({ q, user, stream, from, to }: Search): boolean {
  return [q, user, stream, from, to].some((value) => value !== undefined);
}

/** The parameters of the list for a search. */
export function queryOf({ q, user, stream, from, to, sort }: Search): Query {
  return { q, user, stream, from: midnight(from, 0), to: midnight(to, 1), sort: sort === "oldest" ? "sentAt" : "-sentAt" };
}
