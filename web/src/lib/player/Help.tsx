import { keysFor, type Actions } from "./keys";
import classes from "./Help.module.css";

/** What the keys do, over the picture. */
export function Help({ actions, onClose }: { actions: Pick<Actions, "mark">; onClose: () => void }) {
  return (
    <div className={classes.help} role="dialog" aria-label="Keys of the player" onKeyDown={(event) => event.key === "?" && onClose()}>
      <dl className={classes.keys}>
        {keysFor(actions).map(({ label, text }) => (
          <div key={label}>
            <dt>{label.split("  ").map((part) => <kbd key={part}>{part}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <button type="button" autoFocus className={classes.close} onClick={onClose}>Close</button>
    </div>
  );
}
