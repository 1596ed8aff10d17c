/** Stream times (seconds from the start of a stream), dates and durations, as people read them. */

/** Formats seconds as `h:mm:ss`, or `m:ss` below an hour. */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = String(whole % 60).padStart(2, "0");
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

/** Reads `1h2m3s`, `62m`, `90`, `12.5s` or `1:02:03`; undefined when it is none of them. */
export function parseStreamTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  if (/^\d+(:\d{1,2}){1,2}(\.\d+)?$/.test(trimmed)) {
    return trimmed.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  }
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(trimmed);
  if (!match || !trimmed) return undefined;
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
}

/** Formats seconds for a link: `1h2m3s`. */
export function linkTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = whole % 60;
  return `${h ? `${h}h` : ""}${m ? `${m}m` : ""}${s || whole === 0 ? `${s}s` : ""}`;
}

/** Roughly how long something takes: `40 s`, `3 min`, `1 h 20 min`. */
export function roughly(seconds: number): string {
  if (!Number.isFinite(seconds)) return "a while";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 1) return "a moment";
  if (whole < 90) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ""}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000], ["month", 2_592_000], ["week", 604_800],
  ["day", 86_400], ["hour", 3600], ["minute", 60],
];

// Making a format takes far longer than using it, and lists show hundreds of times.
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const ABSOLUTE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** How long ago `date` was, seen from `now`, in words; what is to come is rounded. */
export function ago(date: Date, now: Date, locale = "en"): string {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const words = locale === "en" ? RELATIVE : new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(seconds > 0 ? Math.round(seconds / length) : Math.trunc(seconds / length), unit);
  }
  return "just now";
}

/** The date in full, for a tooltip. */
export function absolute(date: Date): string {
  return ABSOLUTE.format(date);
}

const TIME_OF_DAY = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** The time of day with milliseconds, as logs show it, on the clock that the browser's language has. */
export function timeOfDay(date: Date): string {
  return TIME_OF_DAY.format(date);
}

/** An ISO time as a field for local times wants it, to the second; empty for none. */
export function toField(time: string | undefined): string {
  if (!time) return "";
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The ISO time of what such a field holds; undefined when it is empty. */
export function fromField(value: string): string | undefined {
  return value === "" ? undefined : new Date(value).toISOString();
}

/** Reads when a recording began from the name that OBS gives it: `2026-11-21 20-15-00.mkv`. */
export function recordingStart(name: string): Date | undefined {
  const match = /(\d{4})-(\d\d)-(\d\d)[ _T](\d\d)[-:.](\d\d)[-:.](\d\d)/.exec(name);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  const date = new Date(year, month - 1, day, hour, minute, second);
  return date.getMonth() === month - 1 && hour < 24 && minute < 60 ? date : undefined;
}
