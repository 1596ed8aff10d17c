import { useState, useTransition, type FormEvent } from "react";
import { clock } from "../time";
import classes from "./MarkField.module.css";

/** Asks for the label of a marker at a stream time. */
export function MarkField({ at, onSave, onClose }: { at: number; onSave: (label: string) => Promise<void>; onClose: () => void }) {
  const [label, setLabel] = useState("");
  const [saving, startSaving] = useTransition();
  const save = (event: FormEvent) => {
    event.preventDefault();
    startSaving(() => onSave(label.trim() || "Marker"));
  };
  return (
    <form className={classes.field} onSubmit={save}>
      <span className={classes.time}>{clock(at)}</span>
      <input
        autoFocus
        className={classes.input}
        aria-label={`Marker at ${clock(at)}`}
        placeholder="What happened here? Enter saves, Esc leaves"
        value={label}
        maxLength={200}
        onChange={(event) => setLabel(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onClose();
        }}
      />
      <button type="submit" className={classes.save} disabled={saving}>Save</button>
    </form>
  );
}
