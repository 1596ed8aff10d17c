import { useId, useRef, useState, type KeyboardEvent, type ReactNode, type ToggleEvent } from "react";
import classes from "./Choice.module.css";
import controls from "./Controls.module.css";

interface ChoiceProps {
  label: string;
  /** What the button shows; a text is read aloud as what is chosen. */
  face: ReactNode;
  value: number;
  options: { value: number; label: string; note?: string }[];
  onChange: (value: number) => void;
}

/** A menu of which one entry holds. It is on top of everything, also in full screen. */
export function Choice({ label, face, value, options, onChange }: ChoiceProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);

  const onToggle = (event: ToggleEvent<HTMLDivElement>) => {
    const opened = event.newState === "open";
    setOpen(opened);
    if (opened) event.currentTarget.querySelector<HTMLElement>("[aria-checked='true']")?.focus();
  };
  const onBeforeToggle = (event: ToggleEvent<HTMLDivElement>) => {
    const { right, top } = button.current!.getBoundingClientRect();
    event.currentTarget.style.setProperty("--right", `${innerWidth - right}px`);
    event.currentTarget.style.setProperty("--bottom", `${innerHeight - top + 8}px`);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const entries = [...event.currentTarget.querySelectorAll<HTMLElement>("[role='menuitemradio']")];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    entries.at(next % entries.length)?.focus();
  };

  return (
    <>
      <button
        ref={button} type="button" className={controls.tool} data-tip={open ? undefined : label} popoverTarget={id}
        aria-label={typeof face === "string" ? `${label}: ${face}` : label} aria-haspopup="menu" aria-expanded={open}
      >
        {face}
      </button>
      <div
        id={id} popover="auto" role="menu" aria-label={label} className={classes.menu}
        onToggle={onToggle} onBeforeToggle={onBeforeToggle} onKeyDown={onKeyDown}
      >
        <span className={classes.title} aria-hidden="true">{label}</span>
        {options.map((option) => (
          <button
            key={option.value} type="button" role="menuitemradio" tabIndex={-1} className={classes.entry} aria-checked={option.value === value}
            popoverTarget={id} popoverTargetAction="hide" onClick={() => onChange(option.value)}
          >
            {option.label}
            {option.note && <span className={classes.note}>{option.note}</span>}
          </button>
        ))}
      </div>
    </>
  );
}
