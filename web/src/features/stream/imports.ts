/** Chat files of TwitchDownloader: read here, and sent in parts that the server takes. */
import type { Imported } from "../../gen/api";
import { api } from "../../lib/api";

/** A message as the file has it; what is in it is for the server to read. */
type Comment = Record<string, unknown>;

export interface ChatFile {
  /** The id of the channel on Twitch; undefined when the file does not say. */
  channel?: string;
  /** Who streamed. */
  streamer?: string;
  comments: Comment[];
}

/** An import takes so many messages at once, */
const MOST = 500;
/** and so many characters, as a request may not be longer than 768 kB. */
const LONGEST = 240_000;

/** Reads a file; throws a sentence that says what to do when it is no such file. */
export function readChat(text: string): ChatFile {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON. In TwitchDownloader choose “JSON” as the format of the chat, not HTML or text.");
  }
  const { comments, streamer } = (file ?? {}) as { comments?: unknown; streamer?: { id?: unknown; name?: unknown } };
  if (!Array.isArray(comments)) throw new Error("There is no chat in this file. It should be the JSON that TwitchDownloader writes, with its “comments”.");
  if (comments.length === 0) throw new Error("Nobody wrote anything in this file.");
  const id = streamer?.id;
  return {
    channel: typeof id === "number" || typeof id === "string" ? String(id) : undefined,
    streamer: typeof streamer?.name === "string" ? streamer.name : undefined,
    comments: comments as Comment[],
  };
}

/** Cuts messages into parts that the server takes. */
export function parcels(comments: Comment[]): Comment[][] {
  const all: Comment[][] = [];
  let length = Infinity;
  for (const comment of comments) {
    const own = JSON.stringify(comment).length;
    const last = all.at(-1);
    if (!last || last.length === MOST || length + own > LONGEST) {
      all.push([comment]);
      length = own;
    } else {
      last.push(comment);
      length += own;
    }
  }
  return all;
}

/** Sends them one part after the other; `onProgress` hears how many have arrived, and what became of them so far. */
export async function sendChat(
  stream: string, { channel, comments }: ChatFile, onProgress: (sent: number, so: Imported) => void, signal: AbortSignal,
): Promise<Imported> {
  const so: Imported = { added: 0, known: 0 };
  let sent = 0;
  for (const parcel of parcels(comments)) {
    const { added, known } = await api.post<Imported>("/api/chat/imports", { stream, channel, comments: parcel }, { signal });
    so.added += added;
    so.known += known;
    sent += parcel.length;
    onProgress(sent, { ...so });
  }
  return so;
}
