import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarX2, Undo2 } from "lucide-react";
import { useState } from "react";
import type { CreateSeries as Plan, Occurrence, Series } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { useNow } from "../../lib/Moment";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import { dayIn, dayInWords, plus, timeIn, zoneHere } from "./calendar";
import { occurrencesQuery, planOf, useAgain } from "./data";
import { filled, sameTimes } from "./recurrence";
import { Send } from "./Send";
import classes from "./SeriesPage.module.css";

interface UpcomingProps {
  /** Undefined before it is saved for the first time. */
  series: Series | undefined;
  /** As it is written now. */
  plan: Plan;
}

/** So many are shown. */
const SHOWN = 6;

/** The streams that come next, as the plan makes them. */
export function Upcoming({ series, plan }: UpcomingProps) {
  const mayEdit = useMay("edit");
  const today = dayIn(useNow(), plan.zone);
  const planned = useQuery({ ...occurrencesQuery(today, plus(today, 365), plan.zone), enabled: series !== undefined });
  const next = planned.data?.filter((occurrence) => occurrence.series === series?.id).slice(0, SHOWN) ?? [];
  const first = next.find(({ skipped }) => !skipped);
  return (
    <aside className={classes.side}>
      <section className={`panel ${classes.upcoming}`} aria-labelledby="upcoming">
        <h2 id="upcoming" className={classes.name}>Next</h2>
        {!series && <p className={classes.text}>Once it is planned, its streams stand here{plan.title.trim() && <>, the first as <b>{filled(plan, { date: plan.start, number: 1 })}</b></>}.</p>}
        {series && !sameTimes(plan, planOf(series)) && <p className={classes.text}>The dates are as they were saved. Save to see the new ones.</p>}
        {planned.isError && <p className={classes.warn} role="alert">{sentence(planned.error)}</p>}
        {series && planned.data && next.length === 0 && <p className={classes.text}>{series.paused ? "It is paused." : "Nothing comes any more."}</p>}
        <ol className={classes.list}>
          {next.map((occurrence) => <One key={occurrence.date} occurrence={occurrence} title={filled(plan, occurrence)} zone={plan.zone} today={today} editable={mayEdit} />)}
        </ol>
        {first && mayEdit && <Send occurrence={first} />}
      </section>
    </aside>
  );
}

function One({ occurrence, title, zone, today, editable }: { occurrence: Occurrence; title: string; zone: string; today: string; editable: boolean }) {
  const { startsAt, skipped, reason } = occurrence;
  const here = zoneHere();
  const elsewhere = here !== zone && timeIn(startsAt, here) !== timeIn(startsAt, zone);
  return (
    <li className={classes.one} data-skipped={skipped || undefined}>
      <div className={classes.when}>
        <span>{dayInWords(dayIn(startsAt, zone), today)}, {timeIn(startsAt, zone)}</span>
        {elsewhere && <span className={classes.here}>{dayIn(startsAt, here) !== dayIn(startsAt, zone) && `${dayInWords(dayIn(startsAt, here), today)}, `}{timeIn(startsAt, here)} for you</span>}
      </div>
      <div className={classes.stream}>{title}</div>
      {skipped && <div className={classes.reason}>Skipped{reason && `: ${reason}`}</div>}
      {editable && (skipped ? <Unskip occurrence={occurrence} /> : <SkipIt occurrence={occurrence} />)}
    </li>
  );
}

function SkipIt({ occurrence: { series, date, startsAt } }: { occurrence: Occurrence }) {
  const changed = useAgain();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState("");
  const skip = useMutation({
    mutationFn: () => api.post<Series>(`/api/series/${series}/skips`, { date, reason: reason.trim() }),
    onSuccess: () => {
      setOpened(false);
      setReason("");
      return changed();
    },
  });
  return (
    <Popover opened={opened} onChange={setOpened} width={280} position="bottom-end" shadow="lg" radius="md" trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<CalendarX2 size={14} />} aria-label={`Skip ${dayInWords(dayIn(startsAt, "UTC"))}`} onClick={() => setOpened(!opened)}>Skip</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Skip this one">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            skip.mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput data-autofocus label="Why" description="It stands on the calendar" placeholder="Holidays" maxLength={200} value={reason} error={skip.error && sentence(skip.error)} onChange={(event) => setReason(event.currentTarget.value)} />
            <Button type="submit" size="sm" loading={skip.isPending}>Skip this one</Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function Unskip({ occurrence: { series, date } }: { occurrence: Occurrence }) {
  const changed = useAgain();
  const undo = useMutation({
    mutationFn: () => api.delete(`/api/series/${series}/skips/${date}`),
    onSuccess: changed,
    onError: (error) => toast(sentence(error), { tone: "bad" }),
  });
  return <Button size="compact-sm" variant="subtle" color="gray" leftSection={<Undo2 size={14} />} loading={undo.isPending} onClick={() => undo.mutate()}>Undo</Button>;
}
