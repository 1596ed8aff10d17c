/** The keys of the player, declared once: they act, and the help lists them. */
import type { Playback } from "./playback";

export interface Actions {
  playback: Playback;
  fullscreen: () => void;
  pictureInPicture: () => void;
  copyLink: () => void;
  /** Undefined for who may only watch. */
  mark: (() => void) | undefined;
  help: () => void;
}

interface Key {
  keys: string[];
  label: string;
  text: string;
  run: (actions: Actions, key: string) => void;
  /** Whether it means anything to who is watching. */
  when?: (actions: Pick<Actions, "mark">) => boolean;
}

const KEYS: Key[] = [
  { keys: [" ", "k"], label: "Space  K", text: "Play or pause", run: ({ playback }) => playback.toggle() },
  { keys: ["j"], label: "J", text: "10 seconds back", run: ({ playback }) => playback.skip(-10) },
  { keys: ["l"], label: "L", text: "10 seconds on", run: ({ playback }) => playback.skip(10) },
  { keys: ["arrowleft"], label: "←", text: "5 seconds back", run: ({ playback }) => playback.skip(-5) },
  { keys: ["arrowright"], label: "→", text: "5 seconds on", run: ({ playback }) => playback.skip(5) },
  { keys: [","], label: ",", text: "One picture back", run: ({ playback }) => playback.step(-1) },
  { keys: ["."], label: ".", text: "One picture on", run: ({ playback }) => playback.step(1) },
  { keys: [..."0123456789"], label: "0 – 9", text: "Jump to that tenth", run: ({ playback }, key) => playback.seek((playback.end * Number(key)) / 10) },
  { keys: ["arrowup"], label: "↑", text: "Louder", run: ({ playback }) => playback.setVolume(playback.state.volume + 0.1) },
  { keys: ["arrowdown"], label: "↓", text: "Quieter", run: ({ playback }) => playback.setVolume(playback.state.volume - 0.1) },
  { keys: ["<"], label: "<", text: "Slower", run: ({ playback }) => playback.stepRate(-1) },
  { keys: [">"], label: ">", text: "Faster", run: ({ playback }) => playback.stepRate(1) },
  { keys: ["m"], label: "M", text: "Add a marker here", run: ({ mark }) => mark?.(), when: ({ mark }) => mark !== undefined },
  { keys: ["m"], label: "M", text: "Sound off or on", run: ({ playback }) => playback.toggleMute(), when: ({ mark }) => mark === undefined },
  { keys: ["c"], label: "C", text: "Copy a link to this moment", run: ({ copyLink }) => copyLink() },
  { keys: ["f"], label: "F", text: "Full screen", run: ({ fullscreen }) => fullscreen() },
  { keys: ["p"], label: "P", text: "Picture in picture", run: ({ pictureInPicture }) => pictureInPicture() },
  { keys: ["?"], label: "?", text: "This help", run: ({ help }) => help() },
];

/** The keys that mean something to who is watching. */
export function keysFor(actions: Pick<Actions, "mark">): Key[] {
  return KEYS.filter(({ when }) => when?.(actions) ?? true);
}

/** Runs what a key press means to the player; false when it means nothing, or belongs to a field. */
export function pressed(event: KeyboardEvent, actions: Actions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  if (target?.closest("input:not([type='range']), textarea, select, [contenteditable='true'], [role='menu'], [role='dialog'], [role='listbox']")) return false;
  const name = event.key.toLowerCase();
  if (name === " " && target?.closest("button, a, summary, [role='button']")) return false;
  if (name.startsWith("arrow") && target?.closest("input, [role='tablist'], [role='radiogroup'], [role='log']")) return false;
  const key = keysFor(actions).find((candidate) => candidate.keys.includes(name));
  if (!key) return false;
  event.preventDefault();
  key.run(actions, name);
  return true;
}
