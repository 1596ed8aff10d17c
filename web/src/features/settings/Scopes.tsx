import { Button } from "@mantine/core";
import { Check, ExternalLink, Minus } from "lucide-react";
import type { Scope } from "../../gen/api";
import { counted } from "../../lib/format";
import classes from "./Connections.module.css";
import { Disclosure } from "./Disclosure";

/** What Twitch was asked to allow, what for, and what of it was allowed. */
export function Scopes({ scopes, mayManage }: { scopes: Scope[]; mayManage: boolean }) {
  const granted = scopes.filter((scope) => scope.granted);
  const missing = scopes.filter((scope) => !scope.granted);
  return (
    <div className={classes.part}>
      <h3>What it may do</h3>
      {missing.length === 0
        ? <p>All {granted.length} permissions that it asks for.</p>
        : <p>{counted(missing.length, "permission")} {missing.length === 1 ? "is" : "are"} missing, and what {missing.length === 1 ? "it is" : "they are"} for does not work:</p>}
      {missing.length > 0 && <List scopes={missing} label="Missing permissions" />}
      {missing.length > 0 && mayManage && (
        <div><Button component="a" href="/connect/twitch" variant="light" rightSection={<ExternalLink size={15} />}>Allow the rest</Button></div>
      )}
      {granted.length > 0 && <Disclosure label="What they are for"><List scopes={granted} label="Permissions" /></Disclosure>}
    </div>
  );
}

function List({ scopes, label }: { scopes: Scope[]; label: string }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {scopes.map(({ scope, granted, why }) => (
        <li key={scope} data-missing={!granted || undefined}>
          {granted ? <Check size={16} aria-hidden="true" /> : <Minus size={16} aria-hidden="true" />}
          <span>{why.charAt(0).toUpperCase() + why.slice(1)}</span>
          <small>{scope}</small>
        </li>
      ))}
    </ul>
  );
}
