import { useSyncExternalStore } from "react";
import { absolute, ago } from "./time";

let now = new Date();
const watchers = new Set<() => void>();
setInterval(() => {
  now = new Date();
  for (const watcher of watchers) watcher();
}, 30_000);

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The time now, to the half minute; renders again as it passes. */
export function useNow(): Date {
  return useSyncExternalStore(watch, () => now);
}

/** How long ago something was; the date in full is its title. */
export function Moment({ at }: { at: string }) {
  const date = new Date(at);
  const current = useNow();
  return (
    <time dateTime={at} title={absolute(date)}>
      {ago(date, date > current && date.getTime() - current.getTime() < 60_000 ? date : current)}
    </time>
  );
}
