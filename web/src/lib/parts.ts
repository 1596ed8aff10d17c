/** Which parts of a file still have to be sent. Pure, so that resuming can be tested without a network. */

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

/** What makes a file recognisable when it is dropped again after a reload. */
export function fingerprint(file: { name: string; size: number; lastModified: number }): string {
  return `${file.name}|${file.size}|${file.lastModified}`;
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
