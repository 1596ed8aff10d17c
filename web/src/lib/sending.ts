/** Sends the bytes of one file: in parts, some at a time, and again for as long as the network is away. */
import type { Clip, Upload } from "../gen/api";
import { api, ApiError, sentence } from "./api";
import { isAway, retryDelay } from "./outage";
import { cut, missing, Speedometer, type Part } from "./parts";

const PARALLEL = 3;
/** So often a part is put again that the storage has refused, each time to a new address. */
const REFUSALS = 4;

export interface Sending {
  file: File;
  upload: Upload;
  signal: AbortSignal;
  /** Bytes that have arrived, and bytes per second. */
  onProgress: (loaded: number, speed: number | undefined) => void;
  /** Why nothing moves while it is tried again; undefined when it moves. */
  onTrouble: (reason: string | undefined) => void;
  /** Everything has arrived, and the server checks it. */
  onChecking: () => void;
}

/** Sends what has not arrived yet and makes the clip of it. Ends early only when it makes no sense to go on. */
export async function send(sending: Sending): Promise<Clip> {
  const { upload: { id, clip }, signal, onTrouble, onChecking } = sending;
  // It was complete before, and only the answer was lost.
  if (clip) return insist(() => api.get<Clip>(`/api/clips/${clip}`, { signal }), sending);
  let { upload } = sending;
  for (let round = 1; ; round++) {
    await sendParts({ ...sending, upload });
    onChecking();
    onTrouble(undefined);
    try {
      return await insist(() => api.post<Clip>(`/api/uploads/${id}/complete`, {}, { signal }), sending);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || round === REFUSALS) throw error;
      upload = await insist(() => api.get<Upload>(`/api/uploads/${id}`, { signal }), sending);
    }
  }
}

async function sendParts({ file, upload, signal, onProgress, onTrouble }: Sending): Promise<void> {
  const todo = missing(cut(file.size, upload.partSize), upload.arrived);
  let arrived = file.size - todo.reduce((sum, part) => sum + part.end - part.start, 0);
  const moving = new Map<number, number>();
  const meter = new Speedometer();
  const report = () => {
    const loaded = [...moving.values()].reduce((sum, count) => sum + count, arrived);
    meter.read(loaded, performance.now());
    onProgress(loaded, meter.speed);
  };
  let addresses = upload;
  let asking: Promise<void> | undefined;
  const askAgain = () => {
    asking ??= api.get<Upload>(`/api/uploads/${upload.id}`, { signal })
      .then((fresh) => void (addresses = fresh), (error: unknown) => {
        if (signal.aborted || !isAway(error)) throw error;
      })
      .finally(() => (asking = undefined));
    return asking;
  };
  const sendPart = async (part: Part): Promise<void> => {
    for (let attempt = 0, refused = 0; ; attempt++) {
      try {
        const url = addresses.parts.find(({ number }) => number === part.number)?.url;
        if (!url) throw new ApiError(0, "internal", `The server gave no address for part ${part.number}.`);
        await put(url, file.slice(part.start, part.end), signal, (count) => {
          moving.set(part.number, count);
          if (count > 0) onTrouble(undefined);
          report();
        });
        moving.delete(part.number);
        arrived += part.end - part.start;
        onTrouble(undefined);
        return report();
      } catch (error) {
        moving.delete(part.number);
        signal.throwIfAborted();
        await readable(file, part);
        if (!isAway(error) && ++refused === REFUSALS) throw error;
        onTrouble(sentence(error));
        await waited(retryDelay(attempt), signal);
        await askAgain();
      }
    }
  };
  report();
  const queue = todo.values();
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    for (const part of queue) await sendPart(part);
  }));
}

/** Calls `run` until there is an answer, be it a refusal. */
export async function insist<T>(run: () => Promise<T>, { signal, onTrouble }: Pick<Sending, "signal" | "onTrouble">): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await run();
      onTrouble(undefined);
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAway(error)) throw error;
      onTrouble(sentence(error));
      await waited(retryDelay(attempt), signal);
    }
  }
}

/** Throws when a part cannot be read any more: then sending it again is of no use. */
async function readable(file: File, { start }: Part): Promise<void> {
  try {
    await file.slice(start, start + 1).arrayBuffer();
  } catch {
    throw new Error("The file was changed, moved or deleted while it was sent. Choose it again.");
  }
}

/** Waits some milliseconds, or until the network is back. */
function waited(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const end = () => {
      clearTimeout(timer);
      stop.abort();
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(end, delay);
    addEventListener("online", end, { signal: stop.signal });
    signal.addEventListener("abort", end, { signal: stop.signal });
  });
}

/** fetch cannot tell the progress of a body it sends, so this is an XMLHttpRequest. */
function put(url: string, body: Blob, signal: AbortSignal, onProgress: (count: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("PUT", url);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new ApiError(request.status, "internal", `The storage refused a part (${request.status}).`));
    };
    request.onerror = () => reject(new ApiError(0, "offline", `The connection to ${new URL(url).host} is lost.`));
    request.onabort = () => reject(new ApiError(0, "aborted", "Cancelled."));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(body);
  });
}
