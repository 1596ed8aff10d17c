/** When a series comes again: what one can choose, and in words. */
import type { CreateSeries as Plan, Recurrence } from "../../gen/api";
import { WEEKDAYS, weekday } from "./calendar";

const NAMES = WEEKDAYS.map((day) => day.charAt(0).toUpperCase() + day.slice(1));
const NTH: Record<number, string> = { 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", [-1]: "last" };
const INTERVALS: Record<number, string> = { 1: "Every", 2: "Every other" };

/** One way to come again, which a choice stands for. */
export interface Choice {
  value: string;
  label: string;
}

/** The choice that a recurrence is. */
export function choiceOf({ every, interval = 1, nth = 0, days = [] }: Recurrence): string {
  if (!every) return "once";
  return every === "week" ? `week/${interval}` : `month/${interval}/${days.length > 0 ? nth : 0}`;
}

/** What can be chosen for a series that begins on a day, the choice that it has now among them. */
export function choices(start: string, now: Recurrence): Choice[] {
  const date = Number(start.slice(8));
  const nth = Math.ceil(date / 7);
  const offered: Recurrence[] = [
    {}, { every: "week", interval: 1 }, { every: "week", interval: 2 }, { every: "month", interval: 1 },
    monthly(start, nth), ...(date > 21 ? [monthly(start, -1)] : []), now,
  ];
  const all = offered.map((recurrence) => ({ value: choiceOf(recurrence), label: labelOf(recurrence, start) }));
  return all.filter(({ value }, i) => all.findIndex((other) => other.value === value) === i);
}

function monthly(start: string, nth: number): Recurrence {
  return { every: "month", interval: 1, nth, days: [WEEKDAYS[weekday(start)]!] };
}

/** The recurrence that a choice stands for; days of the week stay, where there are some to choose. */
export function recurrenceOf(choice: string, start: string, was: Recurrence): Recurrence {
  const [every, interval, nth] = choice.split("/");
  if (every === "once") return {};
  if (every === "week") return { every, interval: Number(interval), days: was.every === "week" && was.days?.length ? was.days : [WEEKDAYS[weekday(start)]!] };
  if (Number(nth) === 0) return { every, interval: Number(interval) };
  return { every, interval: Number(interval), nth: Number(nth), days: choice === choiceOf(was) ? was.days : [WEEKDAYS[weekday(start)]!] };
}

function labelOf({ every, interval = 1, nth = 0, days = [] }: Recurrence, start: string): string {
  if (!every) return "Once";
  const each = INTERVALS[interval] ? `${INTERVALS[interval]} ${every}` : `Every ${interval} ${every}s`;
  if (every === "week") return each;
  const months = interval === 1 ? "every month" : each.toLowerCase();
  return nth && days.length > 0 ? `On the ${NTH[nth] ?? nth} ${listed(days)} of ${months}` : `On day ${Number(start.slice(8))} of ${months}`;
}

/** When a series comes, in words: `Every week on Monday and Thursday at 19:30`. */
export function inWords({ recurrence = {}, start, time }: Pick<Plan, "recurrence" | "start" | "time">): string {
  const on = recurrence.every === "week" ? ` on ${listed(recurrence.days?.length ? recurrence.days : [WEEKDAYS[weekday(start)]!])}` : "";
  return `${labelOf(recurrence, start)}${on} at ${time}`;
}

function listed(days: string[]): string {
  const names = WEEKDAYS.flatMap((day, i) => (days.includes(day) ? [NAMES[i]!] : []));
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** How long something takes: `2 h 30 min`. */
export function lasting(minutes: number): string {
  return [Math.floor(minutes / 60) && `${Math.floor(minutes / 60)} h`, minutes % 60 && `${minutes % 60} min`].filter(Boolean).join(" ") || "0 min";
}

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** The title of a stream, filled in as the server will. */
export function filled({ title, streamTitle }: Pick<Plan, "title" | "streamTitle">, { date, number }: { date: string; number: number }): string {
  const values: Record<string, string> = { title, number: String(number), date: DATE.format(new Date(`${date}T00:00:00Z`)) };
  return streamTitle ? streamTitle.replace(/\$\{(title|number|date)\}/g, (_, name: string) => values[name]!) : title;
}

/** Whether two plans come at the same times. */
export function sameTimes(a: Plan, b: Plan): boolean {
  const times = ({ zone, start, end, time, minutes, recurrence, paused }: Plan) => JSON.stringify([zone, start, end ?? "", time, minutes, recurrence ?? {}, paused ?? false]);
  return times(a) === times(b);
}
