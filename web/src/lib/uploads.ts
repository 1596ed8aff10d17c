/**
 * The uploads of this tab: two files at a time, the others wait in line. They outlive every page of the app,
 * go on by themselves after the network was away, and after a reload as soon as there is access to their files.
 */
import { useSyncExternalStore } from "react";
import type { Clip, StartUpload, UnfinishedUpload, Upload } from "../gen/api";
import { api, isGone, sentence, type Page } from "./api";
import { counted, visible } from "./format";
import { fingerprint, recorded } from "./parts";
import { pickDropped, pickFiles, pickFolder, type Pick, type Picked } from "./picking";
import { insist, send } from "./sending";
import { toast } from "./toasts";
import { forget, keepHandle, keptHandle, remember, remembered, reopen, takeOver } from "./unfinished";

export interface UploadItem {
  key: string;
  name: string;
  size: number;
  /**
   * queued → sending → checking (the server hashes) → done; or paused, failed, or stopped: cut short by a
   * reload, and waiting for access to its file.
   */
  state: "queued" | "sending" | "checking" | "done" | "paused" | "failed" | "stopped";
  /** Bytes that have arrived. */
  loaded: number;
  /** Bytes per second. */
  speed?: number;
  /** It went on from an earlier, interrupted upload. */
  resumed: boolean;
  /** The server had this very content already. */
  known: boolean;
  /** Why nothing moves, while it is tried again. */
  trouble?: string;
  /** The browser can open its file again, so going on takes no choosing. */
  handy?: boolean;
  clip?: Clip;
  error?: string;
}

interface Entry {
  item: UploadItem;
  lastModified: number;
  streamId?: string;
  /** The upload on the server. */
  id?: string;
  file?: File;
  handle?: FileSystemFileHandle;
  abort: AbortController;
}

const AT_ONCE = 2;
/** How long a cancelled upload can be taken back, in milliseconds. */
const TO_THINK = 25_000;

let entries: Entry[] = [];
let items: UploadItem[] = [];
const watchers = new Set<() => void>();

/** All uploads of this tab, newest last. */
export function useUploads(): UploadItem[] {
  return useSyncExternalStore(watch, () => items);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Adds files to the line. With `streamId` they become clips of that stream, else they find theirs by their time. */
export function upload(files: Iterable<Picked>, streamId?: string): void {
  for (const { file, handle } of files) {
    const key = fingerprint(file);
    const same = entries.find((entry) => entry.item.key === key);
    if (same && ["queued", "sending", "checking"].includes(same.item.state) && !same.abort.signal.aborted) continue;
    entries = entries.filter((entry) => entry !== same);
    add({
      file, handle, lastModified: file.lastModified,
      streamId: streamId ?? same?.streamId,
      id: same?.item.state === "done" ? undefined : same?.id, abort: new AbortController(),
      item: { key, name: visible(file.name), size: file.size, state: "queued", loaded: same?.item.loaded ?? 0, resumed: false, known: false },
    });
    if (handle) keepHandle(key, handle);
  }
  publish();
  work();
}

/** Lets people choose files, then uploads them. */
export function chooseFiles(streamId?: string): void {
  void take(pickFiles(), streamId);
}

/** Lets people choose a folder, then uploads the recordings in it. */
export function chooseFolder(streamId?: string): void {
  void take(pickFolder(), streamId);
}

/** Uploads what was dropped; to be called while the event is handled. */
export function uploadDropped(data: DataTransfer): void {
  void take(pickDropped(data));
}

async function take(picking: Promise<Pick>, streamId?: string): Promise<void> {
  try {
    const { files, leftOut } = await picking;
    upload(files, streamId);
    if (leftOut > 0) toast(`${files.length === 0 ? "There is no recording in it. " : ""}${counted(leftOut, "other file")} left out.`);
  } catch (error) {
    toast(`The files could not be read. ${sentence(error)}`, { tone: "bad" });
  }
}

/** Stops sending, and lets the next file in line go on. What has arrived stays. */
export function pauseUpload(key: string): void {
  const entry = find(key);
  if (entry?.item.state !== "queued" && entry?.item.state !== "sending") return;
  entry.abort.abort();
  update(entry, { state: "paused", speed: undefined, trouble: undefined });
  work();
}

/** Goes on with a paused upload, or tries a failed one again, from where it stopped. */
export function resumeUpload(key: string): void {
  const entry = find(key);
  if (!entry?.file || (entry.item.state !== "paused" && entry.item.state !== "failed")) return;
  entry.abort = new AbortController();
  update(entry, { state: "queued", error: undefined });
  work();
}

/** Stops an upload; what has arrived of it is thrown away unless people think better of it. */
export function cancelUpload(key: string): void {
  const entry = find(key);
  if (!entry) return;
  entry.abort.abort();
  dismissUpload(key);
  const end = setTimeout(() => {
    if (find(key)) return; // it was added again
    forget(key);
    if (entry.id) api.delete(`/api/uploads/${entry.id}`).catch(() => {}); // what stays there lapses
  }, TO_THINK);
  toast(`“${entry.item.name}” is cancelled`, {
    action: {
      label: "Undo",
      run: () => {
        clearTimeout(end);
        if (find(key)) return;
        entries = [...entries, entry];
        if (entry.file) upload([{ file: entry.file, handle: entry.handle }]);
        else publish();
      },
    },
  });
}

/** Takes an upload that is over out of the list. */
export function dismissUpload(key: string): void {
  entries = entries.filter((entry) => entry.item.key !== key);
  publish();
  work();
}

/** Notes what became of a clip, so that nobody has to listen for it any more. */
export function settle(key: string, clip: Clip): void {
  const entry = find(key);
  if (entry) update(entry, { clip });
}

/** Goes on with what a reload has cut short: opens the files that can be opened, and answers how many. */
export async function resumeStopped(): Promise<number> {
  const picked: Picked[] = [];
  for (const { handle, item } of entries.filter(({ item: { state } }) => state === "stopped")) {
    const file = handle && (await reopen(handle).catch(() => undefined));
    if (!file) continue;
    if (fingerprint(file) === item.key) picked.push({ file, handle });
    else toast(`“${item.name}” was changed since. Choose it again to send it anew.`, { tone: "bad" });
  }
  upload(picked);
  return picked.length;
}

/** Lets people choose the files of uploads that a reload has cut short. */
export async function chooseStopped(): Promise<void> {
  const { files } = await pickFiles();
  const stopped = new Set(entries.filter(({ item }) => item.state === "stopped").map(({ item }) => item.key));
  const [same, others] = [files.filter(({ file }) => stopped.has(fingerprint(file))), files.filter(({ file }) => !stopped.has(fingerprint(file)))];
  upload(same);
  if (others.length > 0) {
    toast(`${counted(others.length, "file")} differ${others.length === 1 ? "s" : ""} from what was stopped, in name, size or date.`, {
      tone: "bad", action: { label: "Add anyway", run: () => upload(others) },
    });
  }
}

addEventListener("beforeunload", (event) => {
  if (items.some(({ state }) => state === "queued" || state === "sending" || state === "checking")) event.preventDefault();
});

takeOver(async (key, { name, size, lastModified, loaded, id, streamId }) => {
  const handle = await keptHandle(key);
  if (find(key)) return;
  add({
    handle, id, streamId, lastModified, abort: new AbortController(),
    item: { key, name: visible(name), size, loaded, state: "stopped", resumed: true, known: false, handy: handle !== undefined },
  });
  publish();
});

function find(key: string): Entry | undefined {
  return entries.find((entry) => entry.item.key === key);
}

function add(entry: Entry): void {
  entries = [...entries, entry];
  note(entry);
}

/** Writes down how far an upload is, for after a reload. */
function note({ item, file, id, lastModified, streamId }: Entry): void {
  remember(item.key, { id, name: file?.name ?? item.name, size: item.size, lastModified, loaded: item.loaded, streamId });
}

function publish(): void {
  items = entries.map((entry) => entry.item);
  for (const watcher of watchers) watcher();
}

function update(entry: Entry, change: Partial<UploadItem>): void {
  entry.item = { ...entry.item, ...change };
  publish();
}

/** Begins with the next files in line while there is room. */
function work(): void {
  const running = entries.filter(({ item: { state } }) => state === "sending" || state === "checking").length;
  for (const entry of entries.filter(({ item: { state } }) => state === "queued").slice(0, Math.max(0, AT_ONCE - running))) {
    void run(entry).finally(work);
  }
}

async function run(entry: Entry): Promise<void> {
  const { item: { key }, abort: { signal }, file } = entry;
  const tell = (change: Partial<UploadItem>) => {
    if (!signal.aborted) update(entry, change);
  };
  const began = Date.now();
  const onTrouble = (trouble: string | undefined) => {
    if (trouble) tell({ trouble, speed: undefined });
    else if (entry.item.trouble) tell({ trouble });
  };
  tell({ state: "sending" });
  try {
    const plan = await begin(entry, { signal, onTrouble });
    let noted = entry.item.loaded;
    const clip = await send({
      file: file!, upload: plan, signal, onTrouble,
      onProgress: (loaded, speed) => {
        tell({ loaded, speed });
        if (signal.aborted || loaded - noted < plan.partSize) return;
        noted = loaded;
        note(entry);
      },
      onChecking: () => tell({ state: "checking", loaded: file!.size, speed: undefined }),
    });
    if (find(key) === entry) forget(key);
    tell({ state: "done", loaded: file!.size, clip, known: Date.parse(clip.createdAt) < began - 1000 && !entry.item.resumed });
  } catch (error) {
    if (isGone(error)) entry.id = undefined;
    tell({ state: "failed", speed: undefined, trouble: undefined, error: sentence(error) });
  }
}

type Waiting = Parameters<typeof insist>[1];

/** Finds the upload that had begun, here or elsewhere, or announces the file. */
async function begin(entry: Entry, waiting: Waiting): Promise<Upload> {
  const file = entry.file!;
  const { signal } = waiting;
  const times = recorded(file);
  entry.id ??= remembered(entry.item.key)?.id ?? (await begun(entry, times.endedAt, waiting));
  if (entry.id) {
    try {
      const plan = await insist(() => api.get<Upload>(`/api/uploads/${entry.id}`, { signal }), waiting);
      update(entry, { resumed: true });
      note(entry);
      return plan;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  const announced: StartUpload = {
    name: file.name, size: file.size, contentType: file.type || "application/octet-stream", streamId: entry.streamId,
    ...times, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  const plan = await insist(() => api.post<Upload>("/api/uploads", announced, { signal }), waiting);
  entry.id = plan.id;
  note(entry);
  return plan;
}

/** The upload of the same file that was begun in another browser or by another program. */
async function begun({ file, streamId }: Entry, endedAt: string | undefined, waiting: Waiting): Promise<string | undefined> {
  if (!endedAt) return undefined; // a name and a size alone may be those of another file
  const query = { name: file!.name, size: file!.size };
  const { items } = await insist(() => api.get<Page<UnfinishedUpload>>("/api/uploads", { query, signal: waiting.signal }), waiting);
  return items.find((other) => (other.streamId ?? "") === (streamId ?? "") && other.endedAt && Date.parse(other.endedAt) === Date.parse(endedAt))?.id;
}
