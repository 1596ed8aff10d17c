import { useSyncExternalStore } from "react";

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of watchers) each();
  }, 1_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function read(): number {
  if (timer === undefined && Date.now() - now >= 1_000) now = Date.now();
  return now;
}

/** The time now in milliseconds, to the second; renders again as it passes. */
export function useSecond(): number {
  return useSyncExternalStore(watch, read);
}

/** How many seconds are left until a time; never less than none. */
export function left(until: string, at: number): number {
  return Math.max(0, Math.ceil((Date.parse(until) - at) / 1_000));
}
