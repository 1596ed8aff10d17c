import { Check, Minus } from "lucide-react";
import type { Subscription } from "../../gen/api";
import { written } from "../../lib/format";
import classes from "./Connections.module.css";
import { Disclosure } from "./Disclosure";

/** Which kinds of events Twitch tells; what it does not tell stands there with the reason. */
export function Subscriptions({ subscriptions }: { subscriptions: Subscription[] }) {
  const told = subscriptions.filter(({ status }) => status === "enabled");
  const untold = subscriptions.filter(({ status }) => status !== "enabled");
  if (subscriptions.length === 0) return null;
  return (
    <div className={classes.part}>
      <h3>What Twitch tells</h3>
      <p>{untold.length === 0 ? `All ${told.length} kinds of events.` : `${told.length} of ${subscriptions.length} kinds of events. These are not told:`}</p>
      {untold.length > 0 && <List subscriptions={untold} label="Not told" />}
      {told.length > 0 && <Disclosure label="What is told"><List subscriptions={told} label="Told" /></Disclosure>}
    </div>
  );
}

function List({ subscriptions, label }: { subscriptions: Subscription[]; label: string }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {subscriptions.map(({ type, version, status, reason }) => (
        <li key={`${type} ${version}`} data-missing={status !== "enabled" || undefined}>
          {status === "enabled" ? <Check size={16} aria-hidden="true" /> : <Minus size={16} aria-hidden="true" />}
          <span>{type}</span>
          {status !== "enabled" && <small>{written(reason || status.replaceAll("_", " "))}</small>}
        </li>
      ))}
    </ul>
  );
}
