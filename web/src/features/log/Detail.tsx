import { ActionIcon, Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useEffectEvent, type ReactNode } from "react";
import type { EventDetail, EventRecord } from "../../gen/api";
import { api } from "../../lib/api";
import { Copy } from "../../lib/Copy";
import { Failure } from "../../lib/Notice";
import { absolute } from "../../lib/time";
import { Chain } from "./Chain";
import classes from "./Detail.module.css";
import { EventName } from "./EventName";
import { Json } from "../../lib/Json";
import { topicsQuery } from "./past";

interface DetailProps {
  log: string;
  seq: number;
  onClose: () => void;
}

/** One event: what it says, what it carries, and what led to it and came of it. */
export function Detail({ log, seq, onClose }: DetailProps) {
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["event", log, seq],
    queryFn: ({ signal }) => api.get<EventDetail>(`/api/events/${log}/${seq}`, { signal }),
    placeholderData: (previous) => previous,
    staleTime: 0,
  });
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <aside className={classes.detail} aria-label={`Event ${log}/${seq}`}>
      <div className={classes.head}>
        <Title order={2} size="h3" className={classes.title}>
          {data ? <EventName event={data.event.event} aggregate={data.event.aggregate} /> : `${log}/${seq}`}
        </Title>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Close" onClick={onClose}><X size={18} /></ActionIcon>
      </div>
      {isPending && <div className={classes.part}><Skeleton height={220} /></div>}
      {error && !data && <Failure title="This event could not be read" error={error} onRetry={() => void refetch()} />}
      {data && <Body detail={data} />}
    </aside>
  );
}

function Body({ detail }: { detail: EventDetail }) {
  const { event } = detail;
  const payload = JSON.stringify(event.data, null, 2);
  return (
    <div className={classes.body}>
      <Part title="Cause and effect"><Chain detail={detail} /></Part>
      <Part title="Payload" tool={<Copy text={payload} label="Copy the payload" />}>
        <Json value={event.data} label="What it carries" />
      </Part>
      <Part title="Headers">
        <dl className={classes.headers}>
          {headers(event).map(([name, value]) => (
            <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
          ))}
        </dl>
      </Part>
    </div>
  );
}

function Part({ title, tool, children }: { title: string; tool?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.part} aria-label={title}>
      <div className={classes.partHead}><h3>{title}</h3>{tool}</div>
      {children}
    </section>
  );
}

function headers(event: EventRecord): [string, ReactNode][] {
  const rows: [string, ReactNode][] = [
    ["Position", `${event.log}/${event.seq}`],
    ["Time", <time key="time" dateTime={event.time}>{absolute(new Date(event.time))}</time>],
    ["Subject", event.subject],
    ["Event id", event.id],
    ["Version", event.version],
    ["About", <About key="about" event={event} />],
  ];
  if (event.actor) rows.push(["Actor", event.actor]);
  if (event.correlation) rows.push(["Correlation", event.correlation]);
  if (event.causation) rows.push(["Causation", event.causation]);
  return rows;
}

function About({ event: { log, seq, aggregate, aggregateId } }: { event: EventRecord }) {
  const { data: topics } = useQuery(topicsQuery);
  return (
    <span className={classes.about}>
      {aggregate}/{aggregateId}
      {aggregate === "stream" && <Link to="/streams/$streamId" params={{ streamId: aggregateId }} className="ember-link">Open</Link>}
      {aggregate === "clip" && <Link to="/clips/$clipId" params={{ clipId: aggregateId }} className="ember-link" preload={false}>Open</Link>}
      <Link to="/log" search={{ log: log === "FACTS" ? undefined : log, aggregate, id: aggregateId }} className="ember-link">Only these</Link>
      {topics?.some(({ topic }) => topic === aggregate) && (
        <Link to="/log/state" search={{ topic: `${aggregate}/${aggregateId}`, at: log === "FACTS" ? `${log}/${seq}` : undefined }} className="ember-link" preload={false}>
          As it was then
        </Link>
      )}
    </span>
  );
}
