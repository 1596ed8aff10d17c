import { ActionIcon, Button, SegmentedControl, Select, Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { CalendarClock, ChevronLeft, ChevronRight, Plus } from "lucide-react";
import { LinkButton } from "../../lib/LinkButton";
import { useNow } from "../../lib/Moment";
import { Failure, Notice } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { useMay } from "../../lib/session";
import classes from "./AllSeriesPage.module.css";
import { Calendar } from "./Calendar";
import { dayIn, daysOf, isDay, isZone, next, spanInWords, zoneHere, zones, type View } from "./calendar";
import { CalendarFile } from "./CalendarFile";
import { occurrencesQuery, seriesQuery, useSeriesChanges } from "./data";
import { SeriesList } from "./SeriesList";

const route = getRouteApi("/app/series");

/** What is planned: the streams of all series on a calendar, and the series themselves. */
export function AllSeriesPage() {
  const mayEdit = useMay("edit");
  const list = useQuery(seriesQuery);
  useSeriesChanges();
  return (
    <div className={`${page.page} ${classes.page}`}>
      <header className={`${page.head} ${classes.head}`}>
        <Title order={1}>Series</Title>
        {list.data && list.data.length > 0 && (
          <div className={classes.tools}>
            <CalendarFile />
            {mayEdit && <NewSeries />}
          </div>
        )}
      </header>
      {list.isPending && <Loading />}
      {list.isError && !list.data && <Failure title="The series could not be loaded" error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && (
        <Notice icon={<CalendarClock size={28} />} title="Plan the streams that come again" action={mayEdit && <NewSeries />}>
          A series knows when its streams come, in your time zone, and what to tell Twitch: title, category, tags. Your notes for the evening stand with it.
        </Notice>
      )}
      {list.data && list.data.length > 0 && (
        <>
          <Planned />
          <SeriesList list={list.data} />
        </>
      )}
    </div>
  );
}

function NewSeries() {
  return <LinkButton to="/series/$seriesId" params={{ seriesId: "new" }} leftSection={<Plus size={16} />}>New series</LinkButton>;
}

/** The calendar, and what of it is shown; the address keeps that. */
function Planned() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = isZone(search.zone) ? search.zone : zoneHere();
  const view: View = search.view === "week" ? "week" : "month";
  const today = dayIn(useNow(), zone);
  const day = isDay(search.day) ? search.day : today;
  const days = daysOf(view, day);
  const planned = useQuery({ ...occurrencesQuery(days[0]!, days.at(-1)!, zone), placeholderData: (previous) => previous });
  const go = (change: typeof search) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  return (
    <section aria-labelledby="span">
      <div className={classes.bar}>
        <h2 id="span" className={classes.span} aria-live="polite">{spanInWords(view, day)}</h2>
        <div className={classes.steps}>
          <ActionIcon variant="default" size={36} aria-label={`Earlier ${view}`} onClick={() => go({ day: next(view, day, -1) })}><ChevronLeft size={18} /></ActionIcon>
          <Button variant="default" px="sm" disabled={days.includes(today) && (view === "week" || day.slice(0, 7) === today.slice(0, 7))} onClick={() => go({ day: undefined })}>Today</Button>
          <ActionIcon variant="default" size={36} aria-label={`Later ${view}`} onClick={() => go({ day: next(view, day, 1) })}><ChevronRight size={18} /></ActionIcon>
        </div>
        <span className={classes.space} />
        <Select
          className={classes.zone} aria-label="Time zone of the calendar" searchable allowDeselect={false} data={zones(zone)} value={zone} limit={60}
          onChange={(chosen) => go({ zone: !chosen || chosen === zoneHere() ? undefined : chosen })}
        />
        <SegmentedControl
          aria-label="Shown at once" value={view} data={[{ value: "month", label: "Month" }, { value: "week", label: "Week" }]}
          onChange={(chosen) => go({ view: chosen === "week" ? "week" : undefined })}
        />
      </div>
      {planned.isError && !planned.data && <Failure title="The calendar could not be loaded" error={planned.error} onRetry={() => void planned.refetch()} />}
      {planned.isPending && <Skeleton height={420} radius="lg" />}
      {planned.data && (
        <Calendar days={days} month={view === "month" ? day.slice(0, 7) : undefined} today={today} zone={zone} occurrences={planned.data} busy={planned.isPlaceholderData} />
      )}
      <p className={classes.said}>All times on the clocks of {zone.replaceAll("_", " ")}{zone === zoneHere() ? ", where you are" : ""}.</p>
    </section>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading the series">
      <Skeleton height={36} width={320} mb={16} />
      <Skeleton height={420} radius="lg" />
    </div>
  );
}
