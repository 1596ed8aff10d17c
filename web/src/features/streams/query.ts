import type { Query } from "../../lib/api";

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

function midnight(day: string | undefined, later: number): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? "");
  if (!match) return undefined;
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number];
  return new Date(year, month - 1, date + later).toISOString();
}

/** The day that a date is in, here, as `2026-01-31`. */
export function dayOf(date: Date): string {
  return [date.getFullYear(), String(date.getMonth() + 1).padStart(2, "0"), String(date.getDate()).padStart(2, "0")].join("-");
}

const FULL: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" };

/** Days in words: `since 31 Jan 2026`, `1 – 31 Jan 2026`. */
export function daysInWords({ from, to }: Pick<Search, "from" | "to">, locale = "en-GB"): string {
  const format = new Intl.DateTimeFormat(locale, FULL);
  const [start, end] = [from, to].map((day) => (midnight(day, 0) ? new Date(midnight(day, 0)!) : undefined));
  if (start && end) return start <= end ? format.formatRange(start, end) : `${format.format(start)} – ${format.format(end)}`;
  if (start) return `since ${format.format(start)}`;
  return end ? `until ${format.format(end)}` : "Any time";
}
