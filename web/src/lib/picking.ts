/** Files that people choose or drop, whole folders too, with what the browser gives to open them again after a reload. */
import { isRecording } from "./parts";

/** A file of this computer. */
export interface Picked {
  file: File;
  /** Opens the file again later, where the browser can do that. */
  handle?: FileSystemFileHandle;
}

/** Files, and how many of the folders they were in are left out because they are no recordings. */
export interface Pick {
  files: Picked[];
  leftOut: number;
}

interface Pickers {
  showOpenFilePicker?: (options: object) => Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?: (options: object) => Promise<FileSystemDirectoryHandle>;
}

const pickers = window as unknown as Pickers;
const ACCEPT = [".mkv", ".mp4", ".m4v", ".mov", ".webm", ".flv", ".ts", ".m2ts", ".avi"];

/** Lets people choose files; nothing when they think better of it. */
export async function pickFiles(): Promise<Pick> {
  if (!pickers.showOpenFilePicker) return { files: (await byInput(false)).map((file) => ({ file })), leftOut: 0 };
  const types = [{ description: "Recordings", accept: { "video/*": ACCEPT, "audio/*": [".wav", ".mp3", ".m4a", ".flac", ".ogg"] } }];
  const handles = await unlessLeft(pickers.showOpenFilePicker({ id: "recordings", multiple: true, types }));
  return { files: await Promise.all((handles ?? []).map(opened)), leftOut: 0 };
}

/** Lets people choose a folder, and takes the recordings in it and below it. */
export async function pickFolder(): Promise<Pick> {
  if (!pickers.showDirectoryPicker) return recordings((await byInput(true)).map((file) => ({ file })));
  const folder = await unlessLeft(pickers.showDirectoryPicker({ id: "recordings" }));
  return recordings(folder ? await within(folder) : []);
}

/** What is dropped. To be called while the event is handled, as the browser forgets it afterwards. */
export async function pickDropped({ items }: DataTransfer): Promise<Pick> {
  const pick: Pick = { files: [], leftOut: 0 };
  const dropped = [...items].filter(({ kind }) => kind === "file").map((item) => ({
    file: item.getAsFile(),
    entry: item.webkitGetAsEntry(),
    handle: "getAsFileSystemHandle" in item ? (item.getAsFileSystemHandle as () => Promise<FileSystemHandle | null>)().catch(() => null) : null,
  }));
  for (const { file, entry, handle: promised } of dropped) {
    const handle = await promised;
    if (handle?.kind === "directory" || entry?.isDirectory) {
      const found = recordings(handle ? await within(handle as FileSystemDirectoryHandle) : await below(entry!));
      pick.files.push(...found.files);
      pick.leftOut += found.leftOut;
    } else if (file) pick.files.push({ file, handle: (handle as FileSystemFileHandle | null) ?? undefined });
  }
  return pick;
}

function recordings(found: Picked[]): Pick {
  const files = found.filter(({ file }) => isRecording(file.name));
  files.sort((a, b) => a.file.name.localeCompare(b.file.name, "en", { numeric: true }));
  return { files, leftOut: found.length - files.length };
}

async function opened(handle: FileSystemFileHandle): Promise<Picked> {
  return { file: await handle.getFile(), handle };
}

/** Undefined when people close the browser's window without choosing. */
async function unlessLeft<T>(choosing: Promise<T>): Promise<T | undefined> {
  try {
    return await choosing;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    throw error;
  }
}

/** All files in a folder and below it. */
async function within(folder: FileSystemDirectoryHandle): Promise<Picked[]> {
  const found: Picked[] = [];
  // The types of the browser's interface do not know that a folder can be walked.
  for await (const inside of (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()) {
    if (inside.kind === "directory") found.push(...(await within(inside as FileSystemDirectoryHandle)));
    else found.push(await opened(inside as FileSystemFileHandle));
  }
  return found;
}

/** The same for browsers that know folders only while they are dropped. */
async function below(entry: FileSystemEntry): Promise<Picked[]> {
  if (entry.isFile) return [{ file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Picked[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const inside of some) found.push(...(await below(inside)));
  }
}

function byInput(folder: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    if (folder) input.webkitdirectory = true;
    else input.accept = ["video/*", "audio/*", ...ACCEPT].join(",");
    input.onchange = () => resolve([...(input.files ?? [])]);
    input.oncancel = () => resolve([]);
    input.click();
  });
}
