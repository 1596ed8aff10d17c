import type { EventRecord } from "../../gen/api";

export interface Branch {
  event: EventRecord;
  effects: Branch[];
}

/** Hangs every event below the one that caused it; what has no cause among them is a root. Each comes once. */
export function grow(events: EventRecord[]): Branch[] {
  const branches = new Map<string, Branch>();
  for (const event of events) if (!branches.has(event.id)) branches.set(event.id, { event, effects: [] });
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const { causation, id } = branch.event;
    const cause = causation !== undefined && causation !== id ? branches.get(causation) : undefined;
    (cause?.effects ?? roots).push(branch);
  }
  return roots;
}
