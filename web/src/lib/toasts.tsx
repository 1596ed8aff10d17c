/** Short messages in a corner, with at most one thing to do about them. */
import { Button, CloseButton, Portal } from "@mantine/core";
import { useSyncExternalStore } from "react";
import classes from "./toasts.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "calm" | "bad";
  action?: { label: string; run: () => void };
}

const LIFETIME = 7_000;

let toasts: Toast[] = [];
let count = 0;
const watchers = new Set<() => void>();

/** Shows a message for a few seconds. */
export function toast(text: string, { tone = "calm", action }: Partial<Pick<Toast, "tone" | "action">> = {}): void {
  const id = ++count;
  set([...toasts.slice(-2), { id, text, tone, action }]);
  setTimeout(() => dismiss(id), LIFETIME);
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
        {shown.map((entry) => (
          <div key={entry.id} className={classes.toast} data-tone={entry.tone}>
            <span className={classes.text}>{entry.text}</span>
            {entry.action && (
              <Button
                size="compact-sm"
                variant="subtle"
                onClick={() => {
                  entry.action?.run();
                  dismiss(entry.id);
                }}
              >
                {entry.action.label}
              </Button>
            )}
            <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(entry.id)} />
          </div>
        ))}
      </div>
    </Portal>
  );
}
