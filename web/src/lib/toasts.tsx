/** Short messages in a corner, with at most one thing to do about them. */
import { Button, CloseButton, Portal } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import classes from "./toasts.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "calm" | "bad";
  action?: { label: string; run: () => void };
}

/** How long a message stays, and one with something to do about it, in milliseconds. */
const LIFETIME = 7_000;
const TO_ACT = 20_000;

let toasts: Toast[] = [];
let count = 0;
const watchers = new Set<() => void>();

/** Shows a message for a while. */
export function toast(text: string, { tone = "calm", action }: Partial<Pick<Toast, "tone" | "action">> = {}): void {
  set([...toasts.slice(-2), { id: ++count, text, tone, action }]);
}

function dismiss(id: number): void {
  set(toasts.filter((entry) => entry.id !== id));
}

function set(next: Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Where messages appear; once in the app. */
export function Toasts() {
  const shown = useSyncExternalStore(watch, () => toasts);
  return (
    <Portal>
      <div className={classes.stack} role="status" aria-live="polite">
        {shown.map((entry) => <Message key={entry.id} {...entry} />)}
      </div>
    </Portal>
  );
}

/** It stays as long as somebody points at it or has the focus in it. */
function Message({ id, text, tone, action }: Toast) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = pointed || focused;
  const lifetime = action ? TO_ACT : LIFETIME;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), lifetime);
    return () => clearTimeout(timer);
  }, [id, held, lifetime]);
  return (
    <div
      className={classes.toast} data-tone={tone}
      onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
    >
      <span className={classes.text}>{text}</span>
      {action && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            action.run();
            dismiss(id);
          }}
        >
          {action.label}
        </Button>
      )}
      <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
    </div>
  );
}
