/** What the watch page shows: a published stream, or what a signed link opens. */
import type { WatchedStream } from "../../gen/api";
import { api, ApiError } from "../../lib/api";
import type { Playable, Source } from "../../lib/player/playback";

export interface Show {
  /** Steady; under it one's position is kept. */
  id: string;
  title: string;
  /** Undefined when the link does not tell. */
  startedAt?: string;
  duration?: number;
  /** Undefined while nothing can be played yet. */
  source?: Source;
}

/** What an address leads to: `/watch/{stream}`, or `/watch#{token}` for a signed link. Throws when there is nothing. */
export async function find({ pathname, hash }: URL, signal: AbortSignal): Promise<Show> {
  const id = decodeURIComponent(pathname.split("/")[2] ?? "");
  if (id) return published(await api.get<WatchedStream>(`/api/watch/${encodeURIComponent(id)}`, { signal }));
  const token = hash.slice(1);
  if (!/^[\w.-]+$/.test(token)) throw new ApiError(404, "not_found", "The link is not whole");
  return {
    id: token,
    title: "A recording that was shared with you",
    source: { url: `/media/signed/${token}/hls/index.m3u8`, revision: "", clips: [] },
  };
}

function published(stream: WatchedStream): Show {
  const clips: Playable[] = stream.clips.map((clip) => ({ ...clip, name: "", hasVideo: clip.width !== undefined }));
  return {
    id: stream.id,
    title: stream.title,
    startedAt: stream.startedAt,
    duration: stream.duration,
    source: stream.hlsUrl ? { url: stream.hlsUrl, revision: [stream.complete, ...clips.map((clip) => clip.id)].join(), clips } : undefined,
  };
}
