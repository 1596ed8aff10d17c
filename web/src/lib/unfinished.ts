/** What this browser remembers of uploads, so that they go on after a reload: their list, and access to their files. */

/** An upload that has not come to its end. */
export interface Unfinished {
  /** The upload on the server; undefined while it has not begun. */
  id?: string;
  name: string;
  size: number;
  /** When the file was changed last, in milliseconds since 1970. */
  lastModified: number;
  /** Bytes that had arrived. */
  loaded: number;
  streamId?: string;
  /** The tab that sends it. */
  tab: string;
}

const STORE = "afterglow.uploads";
/** This tab, for as long as it is open. */
export const TAB = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
/** So long it may take until a tab that is left is gone, in milliseconds. */
const LEAVING = 30_000;
const lockOf = (tab: string) => `afterglow.tab.${tab}`;

// A lock lives as long as the tab: so others know whose uploads still go on.
void navigator.locks?.request(lockOf(TAB), () => new Promise(() => {}));

/**
 * Hands over each upload that no open tab sends any more, by the fingerprint of its file. A tab that is still there is
 * waited for a while: it may be this one before a reload.
 */
export function takeOver(take: (key: string, upload: Unfinished) => Promise<void>): void {
  for (const [key, { tab }] of Object.entries(read())) {
    const offer = async () => {
      const upload = remembered(key);
      if (upload?.tab === tab) await take(key, upload); // else it is done, or another tab was faster
    };
    if (!navigator.locks) void offer();
    else navigator.locks.request(lockOf(tab), { signal: AbortSignal.timeout(LEAVING) }, offer).catch(() => {}); // it is sent on there
  }
}

export function remembered(key: string): Unfinished | undefined {
  return read()[key];
}

export function remember(key: string, upload: Omit<Unfinished, "tab">): void {
  write({ ...read(), [key]: { ...upload, tab: TAB } });
}

export function forget(key: string): void {
  const { [key]: gone, ...rest } = read();
  if (gone) write(rest);
  void withHandles("readwrite", (handles) => handles.delete(key));
}

/** Keeps the access to a file. */
export function keepHandle(key: string, handle: FileSystemFileHandle): void {
  void withHandles("readwrite", (handles) => handles.put(handle, key));
}

/** The access to a file that was kept. */
export function keptHandle(key: string): Promise<FileSystemFileHandle | undefined> {
  return withHandles<FileSystemFileHandle>("readonly", (handles) => handles.get(key));
}

/** Opens a file again; asks for permission where that is needed, and is undefined when it is not given. */
export async function reopen(handle: FileSystemFileHandle): Promise<File | undefined> {
  const { requestPermission } = handle as { requestPermission?: (mode: object) => Promise<PermissionState> };
  if ((await requestPermission?.call(handle, { mode: "read" })) === "denied") return undefined;
  return handle.getFile();
}

function read(): Record<string, Unfinished> {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}") as Record<string, Unfinished>;
  } catch {
    return {};
  }
}

function write(value: Record<string, Unfinished>): void {
  try {
    localStorage.setItem(STORE, JSON.stringify(value));
  } catch {
    // Storage is blocked or full: the upload works, only resuming after a reload does not.
  }
}

/** Does one thing in the database of handles; undefined where there is none. */
function withHandles<T>(mode: IDBTransactionMode, run: (handles: IDBObjectStore) => IDBRequest): Promise<T | undefined> {
  return new Promise((resolve) => {
    const opening = indexedDB.open("afterglow", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("handles");
    opening.onerror = () => resolve(undefined);
    opening.onsuccess = () => {
      const request = run(opening.result.transaction("handles", mode).objectStore("handles"));
      request.onsuccess = () => resolve(request.result as T | undefined);
      request.onerror = () => resolve(undefined);
      request.transaction!.oncomplete = () => opening.result.close();
    };
  });
}
