import { Link } from "@tanstack/react-router";
import type { EventDetail, EventRecord } from "../../gen/api";
import { timeOfDay } from "../../lib/time";
import classes from "./Chain.module.css";
import { EventName } from "./EventName";
import { grow, type Branch } from "./tree";

/** The chain around an event as a tree: what caused it above, what it caused below. */
export function Chain({ detail }: { detail: EventDetail }) {
  const roots = grow([...detail.causes, detail.event, ...detail.effects]);
  return <Level branches={roots} current={detail.event} />;
}

function Level({ branches, current }: { branches: Branch[]; current: EventRecord }) {
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
              <span className={classes.at}>{timeOfDay(new Date(event.time))}</span>
            </Link>
            {effects.length > 0 && <Level branches={effects} current={current} />}
          </li>
        );
      })}
    </ul>
  );
}
