/** The chat of a stream in step with its player, read a stretch at a time. */
import { queryOptions, useQueries, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import type { Activity, Message, MissedTime, Replayed, StreamChat } from "../../gen/api";
import { api } from "../../lib/api";
import type { Playback } from "../../lib/player/playback";

/** One line of the replay: something that was written, that happened, or that was not heard. */
export interface Line {
  key: string;
  /** The stream time in seconds. */
  at: number;
  message?: Message;
  activity?: Activity;
  gap?: MissedTime;
}

/** So many messages an answer holds at most. */
const MOST = 2_000;
/** So many messages a stretch is to hold, more or less. */
const FAIR = 150;
/** The shortest stretch, in seconds. */
const SHORTEST = 60;
/** For so many seconds after its end a stream is still talked about. */
const AFTER = 600;

const NONE: Line[] = [];

/** How long the stretches are in which a chat is read, in seconds: short where much is written. */
export function stretchOf(messages: number, duration: number): number {
  const minutes = Math.ceil((duration * FAIR) / Math.max(1, messages) / SHORTEST);
  return SHORTEST * Math.max(1, Math.min(minutes, Math.ceil(duration / SHORTEST)));
}

/** Messages and activities in the order of their time; none twice. */
export function lines({ items, activities }: Replayed): Line[] {
  const known = new Map<string, Line>();
  for (const message of items) known.set(message.id, { key: message.id, at: message.at ?? 0, message });
  for (const activity of activities) {
    // A cheer is told by its message, and what is only book-keeping is of no interest here.
    if (!activity.alert || activity.kind === "cheer") continue;
    known.set(activity.id, { key: activity.id, at: activity.at ?? 0, activity });
  }
  return [...known.values()].sort((a, b) => a.at - b.at);
}

/** The lines with a line where a gap begins, of those that begin from one stream time up to another. */
export function withGaps(all: Line[], gaps: MissedTime[], from: number, to: number): Line[] {
  const begun = gaps.map((gap) => ({ key: `gap ${gap.source} ${gap.from}`, at: Math.max(0, gap.from), gap })).filter(({ at }) => at >= from && at < to);
  return begun.length === 0 ? all : [...all, ...begun].sort((a, b) => a.at - b.at);
}

/** How many of the lines have been reached at a stream time. */
export function reached(all: Line[], time: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]!.at <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function chatQuery(streamId: string, live: boolean) {
  return queryOptions({
    queryKey: ["chat", streamId, live],
    queryFn: ({ signal }) => api.get<StreamChat>(`/api/chat/streams/${streamId}`, { signal }),
  });
}

/** Reads all that was said from one stream time up to another. */
async function read(streamId: string, from: number, to: number, signal: AbortSignal): Promise<Line[]> {
  const whole: Replayed = { items: [], activities: [] };
  let cursor: string | undefined;
  do {
    const part = await api.get<Replayed>(`/api/chat/streams/${streamId}/replay`, { query: { from, to, limit: MOST, cursor }, signal });
    whole.items.push(...part.items);
    whole.activities.push(...part.activities);
    cursor = part.next || undefined;
  } while (cursor);
  return lines(whole);
}

/** Which stretches are shown: those around the play position, or more as one looks further. */
interface Reach {
  first: number;
  last: number;
}

interface ReplayOf {
  streamId: string;
  chat: StreamChat;
  /** The length of the stream, in seconds. */
  duration: number;
  playback: Playback;
  /** Something can be played; else the chat stands by itself, and is read from its start. */
  ready: boolean;
}

/**
 * The lines around the play position. While it follows there are those that have been reached; else also what
 * comes, and `further` reads on in one direction. It follows again when the player goes where nothing is read yet.
 */
export function useReplay({ streamId, chat, duration, playback, ready }: ReplayOf) {
  const client = useQueryClient();
  const stretch = stretchOf(chat.messages, duration);
  const final = Math.max(0, Math.ceil(duration / stretch) - 1);
  const now = useSyncExternalStore(playback.watchTime, () => Math.min(final, Math.floor(playback.time / stretch)));
  const around = { first: Math.max(0, now - 1), last: Math.min(final, now + 1) };
  const [held, setHeld] = useState<Reach | undefined>(ready ? undefined : around);
  if (ready && held && (now < held.first || now > held.last)) setHeld(undefined);
  const { first, last } = held ?? around;
  const { parts, error, pending } = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, i) => {
      const from = (first + i) * stretch;
      const to = first + i === final ? Math.ceil(duration) + AFTER : from + stretch;
      return queryOptions({ queryKey: ["replay", streamId, from, to], queryFn: ({ signal }) => read(streamId, from, to, signal), staleTime: 5 * 60_000 });
    }),
    combine,
  });
  const all = useMemo(() => withGaps(parts.flat(), chat.gaps, first * stretch, (last + 1) * stretch), [parts, chat.gaps, first, last, stretch]);
  const count = useSyncExternalStore(playback.watchTime, () => reached(all, playback.time));
  return {
    /** Everything that is read, of which the first `count` lines have been reached. */
    all, count, pending, error,
    following: held === undefined,
    hold: () => setHeld((was) => was ?? around),
    follow: useCallback(() => setHeld(undefined), []),
    further: (by: -1 | 1) => setHeld((was) => was && {
      first: by < 0 ? Math.max(0, was.first - 1) : was.first,
      last: by > 0 ? Math.min(final, was.last + 1) : was.last,
    }),
    retry: () => void client.refetchQueries({ queryKey: ["replay", streamId], predicate: ({ state }) => state.status === "error" }),
  };
}

function combine(results: UseQueryResult<Line[]>[]) {
  return {
    parts: results.map(({ data }) => data ?? NONE),
    error: results.find((result) => result.error)?.error ?? undefined,
    pending: results.some(({ isPending }) => isPending),
  };
}
