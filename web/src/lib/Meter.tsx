import classes from "./Meter.module.css";

/** A progress bar; without a value it only shows that something is going on. */
export function Meter({ value, label }: { value: number | undefined; label: string }) {
  return (
    <div
      className={classes.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === undefined ? undefined : Math.round(value)}
    >
      <div
        className={classes.fill}
        data-unknown={value === undefined || undefined}
        style={value === undefined ? undefined : { width: `${Math.min(100, Math.max(1, value))}%` }}
      />
    </div>
  );
}
