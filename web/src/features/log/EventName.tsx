import type { CSSProperties } from "react";
import classes from "./EventName.module.css";
import { hue } from "./colour";

/** The name of an event, in the colour of its aggregate. */
export function EventName({ event, aggregate }: { event: string; aggregate: string }) {
  return <span className={classes.name} style={{ "--hue": hue(aggregate) } as CSSProperties}>{event}</span>;
}
