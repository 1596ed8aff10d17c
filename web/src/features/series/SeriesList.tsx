import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Series } from "../../gen/api";
import { Badge } from "../../lib/Badge";
import { useNow } from "../../lib/Moment";
import classes from "./SeriesList.module.css";
import { dayIn, dayInWords, plus, timeIn, zoneHere } from "./calendar";
import { occurrencesQuery } from "./data";
import { inWords, lasting } from "./recurrence";

/** Every series with when it comes, and when next. */
export function SeriesList({ list }: { list: Series[] }) {
  const zone = zoneHere();
  const today = dayIn(useNow(), zone);
  const { data: planned } = useQuery(occurrencesQuery(today, plus(today, 365), zone));
  return (
    <section aria-label="All series">
      <ul className={classes.list}>
        {list.map((series) => {
          const next = planned?.find((occurrence) => occurrence.series === series.id && !occurrence.skipped);
          return (
            <li key={series.id}>
              <Link to="/series/$seriesId" params={{ seriesId: series.id }} className={`panel ${classes.card}`}>
                <span className={classes.title}>{series.title}{series.paused && <Badge tone="calm">Paused</Badge>}</span>
                <span className={classes.text}>{inWords(series)}, {lasting(series.minutes)}</span>
                <span className={classes.text}>{series.zone.replaceAll("_", " ")}{series.category && ` · ${series.category.name}`}</span>
                <span className={classes.next}>
                  {next ? <>Next {dayInWords(dayIn(next.startsAt, zone), today)}, {timeIn(next.startsAt, zone)}{zone !== series.zone && " for you"}</> : planned && "Nothing to come"}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
