import { Link } from "@tanstack/react-router";
import type { EventDetail, EventRecord } from "../../gen/api";
import { roughly, timeOfDay } from "../../lib/time";
import classes from "./Chain.module.css";
import { EventName } from "./EventName";
import { grow, type Branch } from "./tree";

/** The chain around an event as a tree: what caused it above, what it caused below. */
export function Chain({ detail }: { detail: EventDetail }) {
  const roots = grow([...detail.causes, detail.event, ...detail.effects]);
  return (
    <>
      {detail.causesCut && <p className={classes.cut}>What led to these is too long a chain to show.</p>}
      <Level branches={roots} current={detail.event} />
      {detail.effectsCut && <p className={classes.cut}>More came of it than is shown.</p>}
    </>
  );
}

function Level({ branches, current, cause }: { branches: Branch[]; current: EventRecord; cause?: EventRecord }) {
  return (
    <ul className={classes.level}>
      {branches.map(({ event, effects }) => {
        const here = event.id === current.id;
        return (
          <li key={event.id}>
            <Link
              to="/log"
              search={(old) => ({ ...old, log: event.log === "FACTS" ? undefined : event.log, seq: String(event.seq) })}
              className={classes.node}
              aria-current={here || undefined}
              preload={false}
            >
              <EventName event={event.event} aggregate={event.aggregate} />
              <span className={classes.at}>{cause ? later(cause, event) : timeOfDay(new Date(event.time))}</span>
            </Link>
            {effects.length > 0 && <Level branches={effects} current={current} cause={event} />}
          </li>
        );
      })}
    </ul>
  );
}

/** How long after its cause an event came: `+0.21 s`, `+4 min`. */
function later(cause: EventRecord, event: EventRecord): string {
  const seconds = (Date.parse(event.time) - Date.parse(cause.time)) / 1000;
  return seconds < 0 ? timeOfDay(new Date(event.time)) : `+${seconds < 10 ? `${seconds.toFixed(2)} s` : roughly(seconds)}`;
}
