/**
 * Sends recordings to the server in parts: three at a time, each tried again when it fails, and going on
 * where it stopped when the same file is dropped again after a reload. Outlives every page of the app.
 */
import { useSyncExternalStore } from "react";
import type { Clip, Upload } from "../gen/api";
import { api, ApiError, sentence } from "./api";
import { visible } from "./format";
import { cut, fingerprint, missing, Speedometer, type Part } from "./parts";
import { recordingStart } from "./time";
import { toast } from "./toasts";

export interface UploadItem {
  key: string;
  name: string;
  size: number;
  /** queued → sending → checking (the server hashes) → done; or failed. */
  state: "queued" | "sending" | "checking" | "done" | "failed";
  /** Bytes that have arrived. */
  loaded: number;
  /** Bytes per second. */
  speed?: number;
  /** It went on from an earlier, interrupted upload. */
  resumed: boolean;
  /** The server had this very content already. */
  known: boolean;
  clip?: Clip;
  error?: string;
}

/** An upload that a reload or a closed tab cut short. */
export interface Interrupted {
  id: string;
  name: string;
  size: number;
}

const PARALLEL = 3;
const TRIES = 6;
const STORE = "afterglow.uploads";

interface Entry {
  item: UploadItem;
  file: File;
  streamId?: string;
  abort: AbortController;
  uploadId?: string;
}

let entries: Entry[] = [];
let items: UploadItem[] = [];
let busy = false;
const watchers = new Set<() => void>();

/** All uploads of this tab, newest last. */
export function useUploads(): UploadItem[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => items,
  );
}

/** Adds files to the queue. With `streamId` they become clips of that stream, else each makes its own. */
export function upload(files: Iterable<File>, streamId?: string): void {
  for (const file of files) {
    const key = fingerprint(file);
    const same = entries.find((entry) => entry.item.key === key);
    if (same && same.item.state !== "failed" && same.item.state !== "done") continue;
    entries = entries.filter((entry) => entry !== same);
    entries.push({
      file, streamId, abort: new AbortController(),
      item: { key, name: visible(file.name), size: file.size, state: "queued", loaded: 0, resumed: false, known: false },
    });
  }
  publish();
  void work();
}

/** Lets the user choose files, then uploads them. */
export function chooseFiles(streamId?: string): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = "video/*,audio/*,.mkv,.flv,.ts,.mov,.mp4,.webm";
  input.onchange = () => upload(input.files ?? [], streamId);
  input.click();
}

/** Stops an upload and forgets what has arrived of it. */
export function cancelUpload(key: string): void {
  const entry = entries.find((candidate) => candidate.item.key === key);
  if (!entry) return;
  entry.abort.abort();
  if (entry.uploadId && entry.item.state !== "done") {
    forget(key);
    api.delete(`/api/uploads/${entry.uploadId}`).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 409) toast(`It was not cancelled: ${error.message}`, { tone: "bad" });
    });
  }
  dismissUpload(key);
}

/** Takes a finished or failed upload out of the list. */
export function dismissUpload(key: string): void {
  entries = entries.filter((entry) => entry.item.key !== key);
  publish();
}

/** Tries a failed upload again, from where it stopped. */
export function retryUpload(key: string): void {
  const entry = entries.find((candidate) => candidate.item.key === key);
  if (entry?.item.state === "failed") upload([entry.file], entry.streamId);
}

/** Uploads that stopped halfway and go on as soon as their file is dropped again. */
export function interrupted(): Interrupted[] {
  const running = new Set(entries.map((entry) => entry.item.key));
  return Object.entries(remembered()).filter(([key]) => !running.has(key)).map(([, value]) => value);
}

/** Gives up an interrupted upload for good. */
export function abandon(id: string): void {
  for (const [key, value] of Object.entries(remembered())) if (value.id === id) forget(key);
  api.delete(`/api/uploads/${id}`).catch(() => {});
  publish();
}

addEventListener("beforeunload", (event) => {
  if (items.some((item) => item.state === "sending" || item.state === "checking")) event.preventDefault();
});

function publish(): void {
  items = entries.map((entry) => entry.item);
  for (const watcher of watchers) watcher();
}

function update(entry: Entry, change: Partial<UploadItem>): void {
  entry.item = { ...entry.item, ...change };
  publish();
}

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (;;) {
    const entry = entries.find((candidate) => candidate.item.state === "queued");
    if (!entry) break;
    try {
      await run(entry);
    } catch (error) {
      if (!entry.abort.signal.aborted) update(entry, { state: "failed", error: sentence(error) });
    }
  }
  busy = false;
}

async function run(entry: Entry): Promise<void> {
  const began = Date.now();
  update(entry, { state: "sending" });
  let plan = await begin(entry);
  entry.uploadId = plan.id;
  if (plan.clip) { // it was complete before, and only the answer was lost
    const clip = await api.get<Clip>(`/api/clips/${plan.clip}`, { signal: entry.abort.signal });
    forget(entry.item.key);
    return update(entry, { state: "done", loaded: entry.file.size, clip });
  }

  const parts = cut(entry.file.size, plan.partSize);
  const todo = missing(parts, plan.arrived);
  let arrived = entry.file.size - todo.reduce((sum, part) => sum + part.end - part.start, 0);
  const moving = new Map<number, number>();
  const meter = new Speedometer();
  const report = () => {
    const loaded = [...moving.values()].reduce((sum, count) => sum + count, arrived);
    meter.read(loaded, performance.now());
    update(entry, { loaded, speed: meter.speed });
  };
  report();

  const send = async (part: Part): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const url = plan.parts.find((candidate) => candidate.number === part.number)?.url;
      try {
        if (!url) throw new ApiError(0, "internal", `The server gave no address for part ${part.number}.`);
        await put(url, entry.file.slice(part.start, part.end), entry.abort.signal, (count) => {
          moving.set(part.number, count);
          report();
        });
        moving.delete(part.number);
        arrived += part.end - part.start;
        return report();
      } catch (error) {
        moving.delete(part.number);
        if (entry.abort.signal.aborted || attempt === TRIES) throw error;
        await pause(Math.min(10_000, 400 * 2 ** attempt), entry.abort.signal);
        plan = await api.get<Upload>(`/api/uploads/${plan.id}`, { signal: entry.abort.signal }).catch(() => plan);
      }
    }
  };
  const queue = todo.values();
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    for (const part of queue) await send(part);
  }));

  update(entry, { state: "checking", loaded: entry.file.size, speed: undefined });
  const clip = await api.post<Clip>(`/api/uploads/${plan.id}/complete`, {}, { signal: entry.abort.signal });
  forget(entry.item.key);
  update(entry, { state: "done", clip, known: Date.parse(clip.createdAt) < began - 1000 && !entry.item.resumed });
}

async function begin(entry: Entry): Promise<Upload> {
  const { file, item, streamId } = entry;
  const { signal } = entry.abort;
  const earlier = remembered()[item.key];
  if (earlier) {
    try {
      const plan = await api.get<Upload>(`/api/uploads/${earlier.id}`, { signal });
      update(entry, { resumed: true });
      return plan;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      forget(item.key);
    }
  }
  const plan = await api.post<Upload>("/api/uploads", {
    name: file.name, size: file.size, contentType: file.type || "application/octet-stream", streamId,
    startedAt: recordingStart(file.name)?.toISOString(),
  }, { signal });
  store({ ...remembered(), [item.key]: { id: plan.id, name: item.name, size: file.size } });
  return plan;
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
    request.onerror = () => reject(new ApiError(0, "offline", "The connection broke while sending."));
    request.onabort = () => reject(new ApiError(0, "aborted", "Cancelled."));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(body);
  });
}

function pause(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delay);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

function remembered(): Record<string, Interrupted> {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}") as Record<string, Interrupted>;
  } catch {
    return {};
  }
}

function store(value: Record<string, Interrupted>): void {
  try {
    localStorage.setItem(STORE, JSON.stringify(value));
  } catch {
    // Storage is blocked or full: the upload works, only resuming after a reload does not.
  }
}

function forget(key: string): void {
  const rest = remembered();
  delete rest[key];
  store(rest);
}
