/** Sizes, rates and counts as people read them. */

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Formats a number of bytes: `1.4 GB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Formats bits per second: `4.2 Mbit/s`. */
export function bitRate(bits: number): string {
  return bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bits / 1e3)} kbit/s`;
}

/** A count with its noun: `1 clip`, `3 clips`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a program says of itself as a sentence: with a capital letter, and an end. */
export function written(text: string): string {
  const trimmed = text.trim();
  const begun = /^\p{Ll}[\p{L}’'-]*(?=[,:;.!?]?(\s|$))/u.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return begun === "" || /[.!?…]["”’)]?$/.test(begun) ? begun : `${begun}.`;
}

/** The characters that turn the direction of what follows, so that a name could pass for another. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A text with the characters written out that would turn its direction. */
export function visible(text: string): string {
  return text.replace(TURNS, (turn) => `⟨U+${turn.charCodeAt(0).toString(16).toUpperCase()}⟩`);
}

/** Reads JSON whose texts are shown to people: all of them are {@link visible}. */
export function parse<T>(json: string): T {
  const suspect = json.search(TURNS) >= 0 || /\\u20(2[a-e]|6[6-9])/i.test(json);
  return JSON.parse(json, suspect ? (_, value: unknown) => (typeof value === "string" ? visible(value) : value) : undefined) as T;
}
