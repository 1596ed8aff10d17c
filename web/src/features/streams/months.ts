import type { StreamSummary } from "../../gen/api";

export interface Month {
  /** For instance "November 2026". */
  name: string;
  streams: StreamSummary[];
}

const NAMES = new Intl.DateTimeFormat("en", { month: "long", year: "numeric" });

/** Puts streams under the months in which they began, in the order that they come in. */
export function byMonth(streams: StreamSummary[]): Month[] {
  const months: Month[] = [];
  for (const stream of streams) {
    const name = NAMES.format(new Date(stream.startedAt || stream.createdAt));
    const last = months.at(-1);
    if (last?.name === name) last.streams.push(stream);
    else months.push({ name, streams: [stream] });
  }
  return months;
}
