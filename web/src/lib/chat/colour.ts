/** Colours of names: as people chose them, as far as they can be read on the ground they stand on. */

/** The grounds that messages stand on; each is the surface of a theme. */
const GROUNDS = { dark: "#1c1721", light: "#ffffff" };
/** What WCAG wants of text. */
const ENOUGH = 4.5;
/** For those who never chose one. */
const DEFAULTS = ["#e0574f", "#4f8fe0", "#38a169", "#c77dd8", "#d9822b", "#2fa8a0", "#c9a227", "#d65a9a", "#7f8cf0", "#6aa84f"];

export interface NameColour {
  dark: string;
  light: string;
}

const known = new Map<string, NameColour>();

/** The colour of a name in both themes; `seed` picks one for who has none, always the same. */
export function nameColour(chosen: string | undefined, seed: string): NameColour {
  const colour = chosen && /^#[0-9a-f]{6}$/i.test(chosen) ? chosen.toLowerCase() : DEFAULTS[hash(seed) % DEFAULTS.length]!;
  let readable = known.get(colour);
  if (!readable) {
    readable = { dark: towards(colour, "#ffffff", GROUNDS.dark), light: towards(colour, "#000000", GROUNDS.light) };
    if (known.size > 5_000) known.clear();
    known.set(colour, readable);
  }
  return readable;
}

/** Mixes as much of `end` into a colour as it takes to be read on `ground`. */
function towards(colour: string, end: string, ground: string): string {
  for (let share = 0; share < 1; share += 0.04) {
    const mixed = mix(colour, end, share);
    if (contrast(mixed, ground) >= ENOUGH) return mixed;
  }
  return end;
}

function mix(a: string, b: string, share: number): string {
  const [from, to] = [channels(a), channels(b)];
  return `#${from.map((value, i) => Math.round(value + (to[i]! - value) * share).toString(16).padStart(2, "0")).join("")}`;
}

/** The contrast of two colours, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function hash(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
  return sum;
}
