/** Days of a calendar. A day is a text such as `2026-01-31`; weeks begin on Monday. */

export type View = "month" | "week";

/** The weekdays as plans name them, in the order of a week. */
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** So many days after a day, or before it. */
export function plus(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Whether a text is a day that there is. */
export function isDay(text: string | undefined): text is string {
  return /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text!)) && plus(text!, 0) === text;
}

/** The weekday of a day, from 0 for Monday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** The days that a calendar shows around a day: its week, or all weeks of its month. */
export function daysOf(view: View, day: string): string[] {
  const [from, to] = view === "week" ? [day, day] : [`${day.slice(0, 7)}-01`, plus(next("month", day, 1), -1)];
  const days: string[] = [];
  for (let at = plus(from, -weekday(from)); at <= to || days.length % 7 !== 0; at = plus(at, 1)) days.push(at);
  return days;
}

/** The day that a week or a month further, or before, begins to be shown at. */
export function next(view: View, day: string, by: number): string {
  if (view === "week") return plus(day, 7 * by);
  const month = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  month.setUTCMonth(month.getUTCMonth() + by);
  return month.toISOString().slice(0, 10);
}

/** The day that a moment is in, on the clocks of a zone. */
export function dayIn(moment: string | Date, zone: string): string {
  return format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }, "sv-SE").format(new Date(moment));
}

/** The time of a moment on the clocks of a zone: `19:30`. */
export function timeIn(moment: string | Date, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(moment));
}

/** A day in words: `Sat 31 Jan`; with the year when it is another than that of `today`. */
export function dayInWords(day: string, today = day): string {
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  return format("UTC", { weekday: "short", day: "numeric", month: "short", year }).format(new Date(`${day}T00:00:00Z`));
}

/** What a calendar shows, in words: `January 2026`, `26 Jan – 1 Feb 2026`. */
export function spanInWords(view: View, day: string): string {
  if (view === "month") return format("UTC", { month: "long", year: "numeric" }).format(new Date(`${day}T00:00:00Z`));
  const days = daysOf("week", day);
  return format("UTC", { day: "numeric", month: "short", year: "numeric" }).formatRange(new Date(days[0]!), new Date(days[6]!));
}

/** Here, as the browser says. */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Whether a text is a time zone that the browser knows. */
export function isZone(text: string | undefined): text is string {
  if (!text) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: text }));
  } catch {
    return false;
  }
}

/** All time zones, that of `also` among them. */
export function zones(also: string): string[] {
  return [...new Set([also, zoneHere(), "UTC", ...Intl.supportedValuesOf("timeZone")])];
}

const formats = new Map<string, Intl.DateTimeFormat>();

// Making a format takes far longer than using it.
function format(timeZone: string, options: Intl.DateTimeFormatOptions, locale = "en-GB"): Intl.DateTimeFormat {
  const key = JSON.stringify([timeZone, options, locale]);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone, ...options });
  formats.set(key, known);
  return known;
}
