import { UnstyledButton } from "@mantine/core";
import { X } from "lucide-react";
import classes from "./Pill.module.css";

/** A filter as a button that is pressed or not. */
export function Pill({ label, pressed, onClick }: { label: string; pressed: boolean; onClick: () => void }) {
  return (
    <UnstyledButton className={classes.pill} aria-pressed={pressed} onClick={onClick}>
      {label}{pressed && <X size={14} aria-hidden="true" />}
    </UnstyledButton>
  );
}
