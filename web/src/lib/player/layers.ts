/** What else is known of a stream's time, as the seek bar draws it beside what is played. */

/** A moment on the bar. */
export interface Mark {
  id: string;
  label: string;
  /** The stream time in seconds. */
  at: number;
}

/** How much went on, as counts of equal stretches from the start of the stream. */
export interface Density {
  counts: number[];
  /** How long a stretch is, in seconds. */
  bucket: number;
}

/** A time of which something is not known, from one stream time to another. */
export interface Gap {
  from: number;
  to: number;
  why: string;
}

export interface Layers {
  /** Moments of less weight than markers. */
  moments: Mark[];
  density?: Density;
  gaps: Gap[];
}

/** More columns than this cannot be told apart on a bar. */
const COLUMNS = 180;

/**
 * The outline of a density over a bar, as the path of an area in a box of 100 by 100. It is drawn from the bottom,
 * and its highest place touches the top.
 */
export function curve({ counts, bucket }: Density, duration: number): string {
  const reached = counts.slice(0, Math.ceil(duration / bucket));
  const per = Math.max(1, Math.ceil(reached.length / COLUMNS));
  const columns: number[] = [];
  for (let i = 0; i < reached.length; i += per) {
    const some = reached.slice(i, i + per);
    columns.push(some.reduce((sum, count) => sum + count, 0) / some.length);
  }
  // A little of its neighbours is in each, so that the curve flows.
  const smooth = columns.map((count, i) => ((columns[i - 1] ?? count) + 2 * count + (columns[i + 1] ?? count)) / 4);
  const top = Math.max(...smooth);
  if (!(top > 0)) return "";
  const points = smooth.map((count, i) => {
    const x = Math.min(100, (((i + 0.5) * per * bucket) / duration) * 100);
    return `L${round(x)} ${round(100 - (count / top) * 100)}`;
  });
  const first = round(100 - (smooth[0]! / top) * 100);
  const last = round(100 - (smooth.at(-1)! / top) * 100);
  const end = round(Math.min(100, ((reached.length * bucket) / duration) * 100));
  return `M0 100L0 ${first}${points.join("")}L${end} ${last}L${end} 100Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** So many of those that stand together are named. */
const NAMED = 3;

/** Moments that lie closer than `near` seconds become one, which says what all of them are. */
export function gathered(moments: Mark[], near: number): Mark[] {
  const groups: Mark[][] = [];
  for (const moment of [...moments].sort((a, b) => a.at - b.at)) {
    const group = groups.at(-1);
    if (group && moment.at - group[0]!.at < near) group.push(moment);
    else groups.push([moment]);
  }
  return groups.map((group) => {
    const rest = group.length - NAMED;
    const labels = group.slice(0, NAMED).map(({ label }) => label);
    return { ...group[0]!, label: [...labels, ...(rest > 0 ? [`and ${rest.toLocaleString("en")} more`] : [])].join(", ") };
  });
}

/** What is to be said of a moment of the bar: the nearest mark, give or take `near` seconds, else the gap that it is in. */
export function said(at: number, near: number, marks: Mark[], gaps: Gap[]): { label: string; at: number } | undefined {
  const closest = marks
    .filter((mark) => Math.abs(mark.at - at) <= near)
    .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
  if (closest) return closest;
  const gap = gaps.find(({ from, to }) => at >= from - near / 2 && at <= to + near / 2);
  return gap && { label: gap.why, at };
}
