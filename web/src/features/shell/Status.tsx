import { Popover, UnstyledButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { counted } from "../../lib/format";
import { setAside, trouble as troubleOf, type Health, type Part, type Trouble } from "../../lib/health";
import { useConnection, useTopic } from "../../lib/live";
import { isAway, useOutage } from "../../lib/outage";
import { useMay } from "../../lib/session";
import type { Connection } from "../../lib/socket";
import classes from "./Status.module.css";

type State = "live" | "connecting" | "mild" | "bad";

const LABELS: Record<State, string> = { live: "Connected", connecting: "Connecting", mild: "Not all well", bad: "Trouble" };

function useHealth() {
  const connection = useConnection();
  const health = useTopic<Health>("health");
  const outage = useOutage(connection === "down");
  return { connection, health, trouble: outage ?? troubleOf(connection, health) };
}

/** Whether what one sees is current, and how every part of the installation is. */
export function Status({ compact = false }: { compact?: boolean }) {
  const { connection, health, trouble } = useHealth();
  const state = stateOf(connection, trouble);
  const label = connection === "down" ? "Reconnecting" : LABELS[state];
  return (
    <Popover width={300} position="top-start" shadow="lg" radius="lg" withArrow>
      <Popover.Target>
        <UnstyledButton className={classes.chip} data-state={state} data-compact={compact || undefined} aria-label={`Status: ${label}`}>
          <span className={classes.dot} aria-hidden="true" />
          <span role="status">{label}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Headline connection={connection} trouble={trouble} aside={health ? setAside(health) : 0} />
        {health && connection === "live" && <Parts health={health} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Headline({ connection, trouble, aside }: { connection: Connection; trouble: Trouble | undefined; aside: number }) {
  const readLog = useMay("readLog");
  if (trouble) return <><p className={classes.title}>{trouble.title}</p><p className={classes.text}>{trouble.text}</p></>;
  if (connection !== "live") return <><p className={classes.title}>Catching up with the server</p><p className={classes.text}>What you see may be a few seconds old.</p></>;
  if (aside === 0) return <><p className={classes.title}>Everything is well</p><p className={classes.text}>What happens shows here at once, in every window.</p></>;
  return (
    <>
      <p className={classes.title}>{counted(aside, "thing")} {aside === 1 ? "is" : "are"} set aside</p>
      <p className={classes.text}>
        Everything else goes on.{" "}
        {readLog && <Link to="/jobs" search={{ view: "letters", kind: "parked" }} className="ember-link">See why, and try again</Link>}
      </p>
    </>
  );
}

function Parts({ health }: { health: Health }) {
  return (
    <ul className={classes.parts} aria-label="Parts" tabIndex={0}>
      {health.parts.map((part) => (
        <li key={part.name} className={classes.part} data-ok={part.ok || undefined}>
          <span className={classes.dot} aria-hidden="true" />
          <span className={classes.name}>{part.name}</span>
          <span className={classes.note}>{note(part)}</span>
        </li>
      ))}
    </ul>
  );
}

function note({ ok, reason, lag, parked }: Part): string {
  if (!ok) return reason || "away";
  if (parked) return `${counted(parked, "thing")} set aside`;
  return lag > 0 ? `${lag.toLocaleString("en")} behind` : "well";
}

/** Says in the page what is wrong, as long as it is; once it is over, what could not be read is read again. */
export function Banner() {
  const { trouble } = useHealth();
  const client = useQueryClient();
  const well = trouble === undefined;
  useEffect(() => {
    if (well) void client.refetchQueries({ predicate: ({ state }) => isAway(state.error) });
  }, [client, well]);
  return (
    <div role="status" aria-live="polite" className={classes.place}>
      {trouble && (
        <div className={classes.banner} data-mild={trouble.mild || undefined}>
          <span className={classes.dot} aria-hidden="true" />
          <p><strong>{trouble.title}.</strong> {trouble.text}</p>
        </div>
      )}
    </div>
  );
}

function stateOf(connection: Connection, trouble: Trouble | undefined): State {
  if (trouble) return trouble.mild ? "mild" : "bad";
  return connection === "live" ? "live" : "connecting";
}
