/** What is to be known of a file to send it: pure, so that resuming can be tested without a network. */
import { recordingStart } from "./time";

/** The bytes `[start, end)` of a file that make up part `number` (from 1). */
export interface Part {
  number: number;
  start: number;
  end: number;
}

/** Cuts a file of `size` bytes into parts of `partSize`; an empty file is one empty part. */
export function cut(size: number, partSize: number): Part[] {
  const count = Math.max(1, Math.ceil(size / partSize));
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    start: i * partSize,
    end: Math.min(size, (i + 1) * partSize),
  }));
}

/** The parts that have not arrived in full: a part of another size than planned is sent again. */
export function missing(parts: Part[], arrived: { number: number; size: number }[] = []): Part[] {
  const sizes = new Map(arrived.map((part) => [part.number, part.size]));
  return parts.filter((part) => sizes.get(part.number) !== part.end - part.start);
}

const RECORDINGS = /\.(mkv|mp4|m4v|mov|webm|flv|f4v|ts|m2ts|mts|avi|wmv|mpg|mpeg|ogv|3gp|mxf|wav|mp3|m4a|aac|flac|ogg|oga|opus)$/i;

/** Whether a file that lies in a folder looks like a whole recording; a hidden or half-written one does not. */
export function isRecording(name: string): boolean {
  return RECORDINGS.test(name) && !name.startsWith(".") && !name.startsWith("~");
}

const DAY = 86_400_000;

/**
 * When a recording began and ended, as far as its file tells: its name in OBS's pattern, and its last change.
 * A change long after the beginning is that of a copy and tells nothing.
 */
export function recorded(file: { name: string; lastModified: number }, now = Date.now()): { startedAt?: string; endedAt?: string } {
  const startedAt = recordingStart(file.name);
  const earliest = startedAt?.getTime() ?? Date.UTC(1990, 0, 1);
  const latest = Math.min(now, startedAt ? earliest + DAY : Infinity);
  return {
    startedAt: startedAt?.toISOString(),
    endedAt: file.lastModified > earliest && file.lastModified <= latest ? new Date(file.lastModified).toISOString() : undefined,
  };
}

/** What makes a file recognisable when it is chosen again after a reload. */
export function fingerprint(file: { name: string; size: number; lastModified: number }): string {
  return `${file.name}|${file.size}|${file.lastModified}`;
}

/** How far several transfers are together, in per cent, and the seconds left when a speed is known. */
export function together(items: { size: number; loaded: number; speed?: number }[]): { percent: number; left?: number } {
  const size = items.reduce((sum, item) => sum + item.size, 0);
  const loaded = items.reduce((sum, item) => sum + item.loaded, 0);
  const speed = items.reduce((sum, item) => sum + (item.speed ?? 0), 0);
  return { percent: size > 0 ? (loaded / size) * 100 : 0, left: speed > 0 ? (size - loaded) / speed : undefined };
}

const WINDOW = 8_000;

/** Bytes per second over the last few seconds; smooths the bursts of parallel parts. */
export class Speedometer {
  private samples: { at: number; loaded: number }[] = [];

  /** Takes a reading: `loaded` bytes in all, at `at` milliseconds. */
  read(loaded: number, at: number): void {
    this.samples.push({ at, loaded });
    while (this.samples.length > 2 && at - this.samples[0]!.at > WINDOW) this.samples.shift();
  }

  /** Bytes per second, or undefined while too little is known. */
  get speed(): number | undefined {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < 500) return undefined;
    return ((last.loaded - first.loaded) / (last.at - first.at)) * 1000;
  }
}
