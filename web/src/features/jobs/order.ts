import type { Board } from "../../lib/jobs";

/** Changes whenever some work has ended or a letter was opened or seen to: what is counted is to be read again. */
export function endings({ items, openLetters }: Pick<Board, "items" | "openLetters">): string {
  const last = items.reduce((latest, { finishedAt = "" }) => (finishedAt > latest ? finishedAt : latest), "");
  return `${last}/${openLetters}`;
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
