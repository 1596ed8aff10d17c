/** Where messages belong: to which stream, and to which second of it. */
import type { Message, StreamSummary } from "../../gen/api";

export interface Hit {
  message: Message;
  /** The stream time in seconds; undefined outside of a stream. */
  at?: number;
}

export interface Place {
  stream?: StreamSummary;
  hits: Hit[];
}

/** The stream time of a moment, or undefined when the stream was not on then. */
export function atIn({ startedAt, endedAt, duration, live }: StreamSummary, moment: string): number | undefined {
  const at = (Date.parse(moment) - Date.parse(startedAt)) / 1000;
  const length = live ? Infinity : Math.max(duration, endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : 0);
  return at >= 0 && at <= length ? at : undefined;
}

/** Puts messages under the streams that they were written during, in the order that they come in. */
export function placed(messages: Message[], streams: StreamSummary[]): Place[] {
  const places: Place[] = [];
  for (const message of messages) {
    const stream = streams.find((candidate) => (!candidate.channel || candidate.channel === message.channel) && atIn(candidate, message.sentAt) !== undefined);
    const hit = { message, at: stream && atIn(stream, message.sentAt) };
    const last = places.at(-1);
    if (last && last.stream?.id === stream?.id) last.hits.push(hit);
    else places.push({ stream, hits: [hit] });
  }
  return places;
}

/** The days around messages within which their streams began, as times. */
export function around(messages: Message[]): { from: string; to: string } | undefined {
  const times = messages.map(({ sentAt }) => Date.parse(sentAt));
  if (times.length === 0) return undefined;
  const day = 24 * 3600_000;
  // In whole days, so that the next page of a list asks for the same again.
  return {
    from: new Date(Math.floor(Math.min(...times) / day) * day - 3 * day).toISOString(),
    to: new Date(Math.ceil(Math.max(...times) / day + 1) * day).toISOString(),
  };
}
