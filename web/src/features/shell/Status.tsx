import { Popover, UnstyledButton } from "@mantine/core";
import { counted } from "../../lib/format";
import { trouble as troubleOf, type Health, type Part, type Trouble } from "../../lib/health";
import { useConnection, useTopic } from "../../lib/live";
import type { Connection } from "../../lib/socket";
import classes from "./Status.module.css";

type State = "live" | "connecting" | "mild" | "bad";

const LABELS: Record<State, string> = { live: "Live", connecting: "Connecting", mild: "Not all well", bad: "Trouble" };

function useHealth() {
  const connection = useConnection();
  const health = useTopic<Health>("health");
  return { connection, health, trouble: troubleOf(connection, health) };
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
        <p className={classes.title}>{trouble?.title ?? (connection === "live" ? "Everything is well" : "Catching up with the server")}</p>
        <p className={classes.text}>
          {trouble?.text ?? (connection === "live" ? "What happens shows here at once, in every window." : "What you see may be a few seconds old.")}
        </p>
        {health && connection === "live" && <Parts health={health} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Parts({ health }: { health: Health }) {
  return (
    <ul className={classes.parts} aria-label="Parts">
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

/** Says in the page what is wrong, as long as it is. */
export function Banner() {
  const { trouble } = useHealth();
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
