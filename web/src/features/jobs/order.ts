import type { Tone } from "../../lib/Badge";
import type { Board, Pipeline } from "../../gen/api";

/** How the states of work are called and coloured. */
export const STATES: Record<Pipeline["state"], { tone: Tone; label: string }> = {
  waiting: { tone: "calm", label: "Waiting" },
  running: { tone: "busy", label: "Running" },
  done: { tone: "good", label: "Done" },
  failed: { tone: "bad", label: "Failed" },
  cancelled: { tone: "calm", label: "Cancelled" },
};

/** The seconds from one ISO time to another. */
export function between(start: string, end: string): number {
  return Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000);
}

/** Changes whenever some work has ended or a letter was opened or seen to: what is counted is to be read again. */
export function endings({ items, openLetters }: Pick<Board, "items" | "openLetters">): string {
  const ended = items.reduce((sum, { stages }) => sum + stages.reduce((of, { done, failed }) => of + done + failed, 0), 0);
  const last = items.reduce((latest, { finishedAt = "" }) => (finishedAt > latest ? finishedAt : latest), "");
  return `${ended}/${last}/${openLetters}`;
}

/** Changes whenever a job of one thing, or of any, begins, ends or goes on noticeably: its jobs are to be read again. */
export function stirring({ items }: Pick<Board, "items">, aggregateId?: unknown): string {
  const stages = items.filter((pipeline) => aggregateId === undefined || pipeline.aggregateId === aggregateId).flatMap((pipeline) => pipeline.stages);
  return stages.map(({ done, running, waiting, failed, percent }) => [done, running, waiting, failed, Math.floor(percent / 5)].join()).join(";");
}

/** Calls `run` for each, a few at a time; answers how many went well, and the first failure. */
export async function each<T>(items: T[], run: (item: T) => Promise<unknown>, atOnce = 4): Promise<{ well: number; error?: unknown }> {
  const queue = items.values();
  let well = 0;
  let error: unknown;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of queue) {
      try {
        await run(item);
        well++;
      } catch (failure) {
        error ??= failure;
      }
    }
  }));
  return { well, error };
}
