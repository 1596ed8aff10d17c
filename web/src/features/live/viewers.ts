/** How many watch, over time. */
import type { EventRecord } from "../../gen/api";
import { told } from "../../lib/chat/message";

export interface Count {
  /** When, in seconds since 1970. */
  at: number;
  viewers: number;
}

/** As many are kept: a day, one a minute. */
const KEPT = 1_440;

/** The counts that some events of a channel tell. */
export function countsOf(records: EventRecord[]): Count[] {
  return records.flatMap((record) => {
    const counted = told(record, "channel.viewers_counted");
    return counted ? [{ at: Date.parse(record.time) / 1_000, viewers: counted.viewers }] : [];
  });
}

/** Both together in their order, each moment once; from `since` on, which is in seconds since 1970. */
export function together(history: Count[], news: Count[], since: number): Count[] {
  const all = new Map([...history, ...news].filter(({ at }) => at >= since).map((count) => [Math.round(count.at), count]));
  return [...all.values()].sort((a, b) => a.at - b.at).slice(-KEPT);
}

/** The most, and the mean, of some counts. */
export function summary(counts: Count[]): { peak: number; mean: number } {
  if (counts.length === 0) return { peak: 0, mean: 0 };
  return {
    peak: Math.max(...counts.map(({ viewers }) => viewers)),
    mean: Math.round(counts.reduce((sum, { viewers }) => sum + viewers, 0) / counts.length),
  };
}
