import { Json, Scalar } from "../../lib/Json";
import { diff, type Change } from "./diff";
import classes from "./Changes.module.css";
import { short } from "./summary";

const MOST = 100;

/** What one step changed, place by place. */
export function Changes({ before, after }: { before: unknown; after: unknown }) {
  const changes = before === null && after !== null ? diff({}, after) : diff(before, after);
  if (changes.length === 0) return <p className={classes.none}>Nothing: this event leaves it as it was.</p>;
  return (
    <>
      <ul className={classes.changes}>
        {changes.slice(0, MOST).map((change) => (
          <li key={change.path.join("/")} className={classes.change} data-kind={change.kind}>
            <span className={classes.kind}>{change.kind}</span>
            <span className={classes.path}>{change.path.map(short).join(" › ") || "all of it"}</span>
            <Values change={change} />
          </li>
        ))}
      </ul>
      {changes.length > MOST && <p className={classes.none}>And {changes.length - MOST} more.</p>}
    </>
  );
}

function Values({ change: { kind, before, after } }: { change: Change }) {
  if (kind !== "changed") return <Side value={kind === "added" ? after : before} gone={kind === "removed"} />;
  return <><Side value={before} gone /><Side value={after} /></>;
}

function Side({ value, gone = false }: { value: unknown; gone?: boolean }) {
  const plain = typeof value !== "object" || value === null;
  if (!plain) return <div className={classes.whole} data-gone={gone || undefined}><Json value={value} label={gone ? "What was there" : "What is there"} /></div>;
  return gone ? <del className={classes.side}><Scalar value={value} /></del> : <ins className={classes.side}><Scalar value={value} /></ins>;
}
