/** Days where the browser is, as `2026-01-31`. */

/** The first and the last day of a time; left out, it has no end there. */
export interface Bounds {
  from?: string;
  to?: string;
}

/** The time at which a day begins here, or another `later` days after it; undefined when the text is no day. */
export function midnight(day: string | undefined, later: number): string | undefined {
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
export function daysInWords({ from, to }: Bounds, locale = "en-GB"): string {
  const format = new Intl.DateTimeFormat(locale, FULL);
  const [start, end] = [from, to].map((day) => (midnight(day, 0) ? new Date(midnight(day, 0)!) : undefined));
  if (start && end) return start <= end ? format.formatRange(start, end) : `${format.format(start)} – ${format.format(end)}`;
  if (start) return `since ${format.format(start)}`;
  return end ? `until ${format.format(end)}` : "Any time";
}
