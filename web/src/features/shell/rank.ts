import type { Command } from "../../lib/commands";
import { match } from "../../lib/fuzzy";

export interface Ranked {
  command: Command;
  /** The letters of the title that were typed. */
  marks: number[];
}

export interface Group {
  name: string;
  ranked: (Ranked & { index: number })[];
}

const MOST = 40;

/** The commands that fit a query, the best first and those by their keywords last; all, in their order, without one. */
export function rank(commands: Command[], query: string): Ranked[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .flatMap((command) => {
      const title = match(query, command.title);
      if (title) return [{ command, marks: title.marks, score: title.score }];
      const known = `${command.title} ${command.keywords ?? ""}`.toLowerCase();
      return words.every((word) => known.includes(word)) ? [{ command, marks: [], score: 0 }] : [];
    })
    .sort((a, b) => (query.trim() === "" ? 0 : b.score - a.score))
    .slice(0, MOST);
}

/** Puts what is ranked under the names of its groups, and numbers it in the order in which it is shown. */
export function grouped(ranked: Ranked[]): Group[] {
  const groups: Group[] = [];
  for (const entry of ranked) {
    let group = groups.find(({ name }) => name === entry.command.group);
    if (!group) groups.push((group = { name: entry.command.group, ranked: [] }));
    group.ranked.push({ ...entry, index: 0 });
  }
  let index = 0;
  for (const group of groups) for (const entry of group.ranked) entry.index = index++;
  return groups;
}
