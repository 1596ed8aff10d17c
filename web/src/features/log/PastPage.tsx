import { ActionIcon, Skeleton, Slider, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, ChevronLeft, ChevronRight, History } from "lucide-react";
import type { EventRecord } from "../../gen/api";
import { useFeed } from "../../lib/live";
import { Failure, Notice } from "../../lib/Notice";
import { absolute } from "../../lib/time";
import { Changes } from "./Changes";
import { EventName } from "./EventName";
import { Json } from "../../lib/Json";
import { stateQuery, stepsQuery } from "./past";
import classes from "./PastPage.module.css";
import { short } from "./summary";

const route = getRouteApi("/app/log/state");

/** A thing as it was after each event that made it, and what each of them changed. */
export function PastPage() {
  const { topic = "" } = route.useSearch();
  const client = useQueryClient();
  const { data: steps, isPending, error, refetch } = useQuery(stepsQuery(topic));
  useFeed("events/facts", {
    since: steps && (steps.at(-1)?.seq ?? 0),
    onEvents: (events) => {
      const [, id = ""] = topic.split("/", 2);
      if (events.some((event) => JSON.stringify(event).includes(id))) void client.invalidateQueries({ queryKey: stepsQuery(topic).queryKey });
    },
    onGap: () => void refetch(),
  });
  return (
    <div className={classes.page}>
      <Link to="/log" className={classes.back}><ArrowLeft size={16} aria-hidden="true" />Log</Link>
      <Title order={1} className={classes.title}>How <Name topic={topic} /> came to be</Title>
      {isPending && <div role="status" aria-label="Loading the steps"><Skeleton height={300} radius="lg" /></div>}
      {error && !steps && <Failure title="The steps could not be read" error={error} onRetry={() => void refetch()} />}
      {steps?.length === 0 && (
        <Notice icon={<History size={26} />} title="No event has made this yet">
          It may be someone else’s, or the address is mistyped.
        </Notice>
      )}
      {steps && steps.length > 0 && <Walk topic={topic} steps={steps} />}
    </div>
  );
}

function Name({ topic }: { topic: string }) {
  const [kind = "", id = ""] = topic.split("/", 2);
  return <span title={topic}>{kind}{id && ` ${short(id)}`}</span>;
}

function Walk({ topic, steps }: { topic: string; steps: EventRecord[] }) {
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  const last = steps.length - 1;
  const seq = Number(/^FACTS\/(\d+)$/.exec(at ?? "")?.[1] ?? Infinity);
  const index = Math.max(0, steps.findLastIndex((event) => event.seq <= seq));
  const step = steps[index]!;
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
        <span className={classes.count}>{index + 1} of {steps.length}</span>
      </div>
      <div className={classes.step}>
        <Link to="/log" search={{ seq: String(step.seq) }} className={classes.event}><EventName event={step.event} aggregate={step.aggregate} /></Link>
        <time dateTime={step.time}>{absolute(new Date(step.time))}</time>
        <span>{position(step)}</span>
      </div>
      <Moment topic={topic} at={position(step)} before={steps[index - 1] && position(steps[index - 1]!)} />
    </>
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
