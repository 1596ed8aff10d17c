import type { ReactNode } from "react";
import classes from "./Badge.module.css";

export type Tone = "good" | "busy" | "bad" | "calm";

/** A small state label with a dot; the words carry the meaning, the colour only helps. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={classes.badge} data-tone={tone}>{children}</span>;
}
