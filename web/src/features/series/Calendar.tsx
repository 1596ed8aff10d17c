import { Link } from "@tanstack/react-router";
import type { Occurrence } from "../../gen/api";
import classes from "./Calendar.module.css";
import { dayIn, dayInWords, timeIn } from "./calendar";

interface CalendarProps {
  days: string[];
  /** The month that is meant, such as `2026-01`; other days are only its neighbours. */
  month: string | undefined;
  today: string;
  zone: string;
  occurrences: Occurrence[];
  busy: boolean;
}

/** The days of some weeks with what is planned on them; on a phone a list of the days that have something. */
export function Calendar({ days, month, today, zone, occurrences, busy }: CalendarProps) {
  const byDay = new Map<string, Occurrence[]>();
  for (const occurrence of occurrences) {
    const day = dayIn(occurrence.startsAt, zone);
    byDay.set(day, [...(byDay.get(day) ?? []), occurrence]);
  }
  const none = !days.some((day) => byDay.has(day));
  return (
    <div className={`panel ${classes.calendar}`} data-tall={month === undefined || undefined} aria-busy={busy}>
      <div className={classes.names} aria-hidden="true">
        {days.slice(0, 7).map((day) => <span key={day}>{dayInWords(day).slice(0, 3)}</span>)}
      </div>
      <ol className={classes.days}>
        {days.map((day) => {
          const planned = byDay.get(day) ?? [];
          return (
            <li
              key={day} className={classes.day} data-today={day === today || undefined} data-empty={planned.length === 0 || undefined}
              data-beside={(month !== undefined && !day.startsWith(month)) || undefined}
            >
              <time className={classes.date} dateTime={day} aria-current={day === today ? "date" : undefined}>
                <span className={classes.wide}>{dayInWords(day)}</span>
                <span className={classes.number} aria-hidden="true">{Number(day.slice(8))}</span>
              </time>
              {planned.map((occurrence) => <Planned key={occurrence.series + occurrence.date} occurrence={occurrence} zone={zone} />)}
            </li>
          );
        })}
      </ol>
      {none && <p className={classes.none}>Nothing is planned in this time.</p>}
    </div>
  );
}

function Planned({ occurrence: { series, title, streamTitle, startsAt, endsAt, skipped, reason }, zone }: { occurrence: Occurrence; zone: string }) {
  return (
    <Link
      to="/series/$seriesId" params={{ seriesId: series }} className={classes.planned} data-skipped={skipped || undefined}
      title={`${streamTitle}\n${timeIn(startsAt, zone)} – ${timeIn(endsAt, zone)}${skipped ? `\nSkipped${reason ? `: ${reason}` : ""}` : ""}`}
    >
      <span className={classes.time}>{timeIn(startsAt, zone)}</span>
      <span className={classes.title}>{title}</span>
      {skipped && <span className={classes.skipped}>skipped</span>}
    </Link>
  );
}
