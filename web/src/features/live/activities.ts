/** What happened in the channel lately: the newest first, each thing once. */
import type { Activity } from "../../gen/api";

/** As many are kept. */
const KEPT = 300;

/** Puts newer ones in front; what is told again, with more said, takes the place of what was told. */
export function merged(known: Activity[], news: Activity[]): Activity[] {
  const all = new Map([...known].reverse().map((activity) => [keyOf(activity), activity]));
  for (const activity of news) {
    const key = keyOf(activity);
    const before = all.get(key);
    if (before && before.seq > activity.seq) continue;
    all.set(key, activity);
  }
  return [...all.values()].sort((a, b) => b.seq - a.seq).slice(0, KEPT);
}

export function keyOf({ id, type }: Activity): string {
  return `${id}/${type}`;
}

/** What of it a filter shows: alerts, all, or one kind. Of a kind that has alerts, what only keeps the books is left out. */
export function shown(activities: Activity[], filter: string): Activity[] {
  if (filter === "all") return activities;
  const alerts = activities.filter(({ alert, kind }) => alert && (filter === "alerts" || kind === filter));
  return alerts.length > 0 || filter === "alerts" ? alerts : activities.filter(({ kind }) => kind === filter);
}
