import { ActionIcon, Button, Skeleton, Slider, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, ChevronLeft, ChevronRight, History } from "lucide-react";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import type { EventRecord } from "../../gen/api";
import { heardOf } from "../../lib/api";
import { useFeed } from "../../lib/live";
import { LinkButton } from "../../lib/LinkButton";
import { Failure, Notice } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { absolute, fromField, toField } from "../../lib/time";
import { Changes } from "./Changes";
import { EventName } from "./EventName";
import { Json } from "../../lib/Json";
import { placeOf, stateQuery, steps, stepsQuery } from "./past";
import classes from "./PastPage.module.css";
import { short } from "./summary";

const route = getRouteApi("/app/log/state");

/** A thing as it was after each event that made it, and what each of them changed. */
export function PastPage() {
  const { topic } = route.useSearch();
  if (topic) return <Past topic={topic} />;
  return (
    <Frame title="How things came to be">
      <Notice icon={<History size={26} />} title="Nothing was chosen">Open an event of the log, and choose “As it was then”.</Notice>
    </Frame>
  );
}

function Frame({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <div className={`${page.inner} ${classes.page}`}>
      <Link to="/log" className={page.back}><ArrowLeft size={16} aria-hidden="true" />Log</Link>
      <Title order={1} className={classes.title}>{title}</Title>
      {children}
    </div>
  );
}

function Past({ topic }: { topic: string }) {
  const { at } = route.useSearch();
  const client = useQueryClient();
  const { data, isPending, error, refetch, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = useInfiniteQuery(stepsQuery(topic));
  const made = useMemo(() => data && steps(data.pages), [data]);
  const place = made && placeOf(made, at);
  useFeed("events/facts", {
    since: made && (made.at(-1)?.seq ?? 0),
    onEvents: (events) => {
      const [, id = ""] = topic.split("/", 2);
      const about = events.findLast((event) => JSON.stringify(event).includes(id));
      if (!about) return;
      heardOf(`FACTS/${about.seq}`);
      void client.invalidateQueries({ queryKey: stepsQuery(topic).queryKey });
    },
    onGap: () => void refetch(),
  });
  const further = place === -1 && hasNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (further && !isFetching) void fetchNextPage();
  }, [further, isFetching, fetchNextPage]);
  return (
    <Frame title={<>How <Name topic={topic} name={data?.pages[0]?.name} /> came to be</>}>
      {(isPending || further) && <div role="status" aria-label="Loading the steps"><Skeleton height={300} radius="lg" /></div>}
      {error && (!made || place === -1) && <Failure title="The steps could not be read" error={error} onRetry={() => void (made ? fetchNextPage() : refetch())} />}
      {made && place === undefined && (
        <Notice icon={<History size={26} />} title={`“${at}” is no moment`} action={<LinkButton to="/log/state" search={{ topic }} variant="default">Show it as it is now</LinkButton>}>
          A moment is a position such as FACTS/123, or a time such as 2026-01-31T20:00:00Z.
        </Notice>
      )}
      {made && place === -1 && !hasNextPage && (made[0] ? <NotYet topic={topic} first={made[0]} /> : (
        <Notice icon={<History size={26} />} title="No event has made this yet">
          It may be someone else’s, or the address is mistyped.
        </Notice>
      ))}
      {made && place !== undefined && place >= 0 && (
        <Walk topic={topic} steps={made} index={place} more={hasNextPage} loading={isFetching} onEarlier={() => void fetchNextPage()} />
      )}
    </Frame>
  );
}

function Name({ topic, name }: { topic: string; name: string | undefined }) {
  const [kind = "", id = ""] = topic.split("/", 2);
  return <span title={topic}>{name ? `“${name}”` : `${kind}${id && ` ${short(id)}`}`}</span>;
}

function NotYet({ topic, first }: { topic: string; first: EventRecord }) {
  return (
    <Notice
      icon={<History size={26} />} title="It was not there yet"
      action={<LinkButton to="/log/state" search={{ topic, at: position(first) }} variant="default">Go to its first step</LinkButton>}
    >
      Its first event came on {absolute(new Date(first.time))}.
    </Notice>
  );
}

interface WalkProps {
  topic: string;
  /** Steps as far back as they were read, the oldest first. */
  steps: EventRecord[];
  index: number;
  /** There are earlier ones. */
  more: boolean;
  loading: boolean;
  onEarlier: () => void;
}

function Walk({ topic, steps, index, more, loading, onEarlier }: WalkProps) {
  const navigate = route.useNavigate();
  const last = steps.length - 1;
  const step = steps[index]!;
  const before = steps[index - 1];
  const go = (to: number) => void navigate({
    search: (old) => ({ ...old, at: to >= last ? undefined : position(steps[to]!) }), replace: true, resetScroll: false,
  });
  return (
    <>
      <div className={`panel ${classes.walk}`}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="One step back" disabled={index === 0} onClick={() => go(index - 1)}><ChevronLeft size={20} /></ActionIcon>
        <Slider
          className={classes.slider} thumbLabel="Step" min={0} max={Math.max(1, last)} disabled={last === 0} value={index} onChange={go}
          label={(value) => steps[value]?.event} thumbProps={{ "aria-valuetext": step.event }}
        />
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="One step on" disabled={index === last} onClick={() => go(index + 1)}><ChevronRight size={20} /></ActionIcon>
        <span className={classes.count}>{index + 1} of {more && "the latest "}{steps.length}</span>
      </div>
      <div className={classes.ways}>
        {more && <Button variant="default" leftSection={<History size={16} />} loading={loading} onClick={onEarlier}>Show earlier steps</Button>}
        <GoTo key={step.time} time={step.time} />
      </div>
      <div className={classes.step}>
        <Link to="/log" search={{ seq: String(step.seq) }} className={classes.event}><EventName event={step.event} aggregate={step.aggregate} /></Link>
        <time dateTime={step.time}>{absolute(new Date(step.time))}</time>
        <span>{position(step)}</span>
      </div>
      <Moment topic={topic} at={position(step)} before={before ? position(before) : step.seq > 1 ? `${step.log}/${step.seq - 1}` : undefined} />
    </>
  );
}

/** Goes to what was the case at a time. */
function GoTo({ time }: { time: string }) {
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState(toField(time));
  const go = () => {
    const at = fromField(chosen);
    if (at) void navigate({ search: (old) => ({ ...old, at }), replace: true, resetScroll: false });
  };
  return (
    <form className={classes.time} action={go}>
      <TextInput type="datetime-local" aria-label="Time" step={1} value={chosen} onChange={(event) => setChosen(event.currentTarget.value)} />
      <Button type="submit" variant="default" disabled={chosen === ""}>Go to this time</Button>
    </form>
  );
}

/** What was changed by one step, and what was the case after it. */
function Moment({ topic, at, before }: { topic: string; at: string; before: string | undefined }) {
  const [settled] = useDebouncedValue(at, 120);
  const [settledBefore] = useDebouncedValue(before, 120);
  const now = useQuery({ ...stateQuery(topic, settled), placeholderData: (previous) => previous });
  const old = useQuery({ ...stateQuery(topic, settledBefore ?? ""), enabled: settledBefore !== undefined });
  if (now.error && !now.data) return <Failure title="This moment could not be read" error={now.error} onRetry={() => void now.refetch()} />;
  const compared = !now.isPlaceholderData && (settledBefore === undefined || old.data !== undefined);
  return (
    <div className={classes.moment} aria-busy={!compared}>
      <section className={classes.part} aria-label="What changed">
        <h2>What changed</h2>
        {compared && now.data ? <Changes before={settledBefore === undefined ? null : old.data?.value} after={now.data.value} />
          : old.error ? <Failure title="The step before could not be read" error={old.error} onRetry={() => void old.refetch()} />
            : <Skeleton height={90} radius="md" />}
      </section>
      <section className={classes.part} aria-label="The value after it">
        <h2>After it</h2>
        {now.data ? <Json key={now.data.at} value={now.data.value} label="The value" /> : <Skeleton height={260} radius="md" />}
      </section>
    </div>
  );
}

function position({ log, seq }: EventRecord): string {
  return `${log}/${seq}`;
}
