import type { ReactNode } from "react";
import { counted } from "./format";
import classes from "./Json.module.css";

/** Lists and objects this deep are open at first, unless they are long. */
const OPEN = 3;
const LONG = 30;

/** A JSON value to read: its lists and objects fold. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <div className={classes.json} role="group" aria-label={label} tabIndex={0}>
      <Value value={value} depth={0} />
    </div>
  );
}

function Value({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const key: ReactNode = name !== undefined && <span className={classes.key}>{name}: </span>;
  if (typeof value !== "object" || value === null) return <div className={classes.leaf}>{key}<Scalar value={value} /></div>;
  const members = Object.entries(value);
  const list = Array.isArray(value);
  if (members.length === 0) return <div className={classes.leaf}>{key}<span className={classes.note}>{list ? "[ ]" : "{ }"}</span></div>;
  const inner = <div className={classes.inner}>{members.map(([member, part]) => <Value key={member} name={member} value={part} depth={depth + 1} />)}</div>;
  if (depth === 0) return <div className={classes.outer}>{inner}</div>;
  return (
    <details open={depth < OPEN && members.length <= LONG}>
      <summary className={classes.summary}>{key}<span className={classes.note}>{counted(members.length, list ? "element" : "field")}</span></summary>
      {inner}
    </details>
  );
}

/** One value that is neither a list nor an object, in the colour of its type. */
export function Scalar({ value }: { value: unknown }) {
  return <span className={classes.scalar} data-type={value === null ? "null" : typeof value}>{JSON.stringify(value)}</span>;
}
