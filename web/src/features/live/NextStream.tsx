import { Button, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { Failure } from "../../lib/Notice";
import { useSend } from "../../lib/channel/channel";
import { ofPlan } from "../../lib/channel/info";
import { LinkButton } from "../../lib/LinkButton";
import { Markdown } from "../../lib/Markdown";
import type { Occurrence } from "../../gen/api";
import classes from "./NextStream.module.css";
import { Panel } from "./Panel";
import { countdown } from "./plan";
import { useMay } from "../../lib/session";
import { left, useSecond } from "../../lib/second";

const WHEN = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

/** What is planned: when, what it is called, and the notes for it. */
export function NextStream({ query, plan, send }: { query: UseQueryResult<Occurrence[]>; plan: Occurrence | undefined; send: boolean }) {
  const mayEdit = useMay("edit");
  return (
    <Panel title="Plan">
      {query.isPending && <Skeleton height={72} role="status" aria-label="Loading the plan" />}
      {query.isError && !query.data && <Failure title="The plan could not be read" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && !plan && (
        <>
          <p className={classes.none}>Nothing is planned for the next two weeks. A series says when you stream, and what Twitch shows then.</p>
          {mayEdit && <div className={classes.make}><LinkButton to="/series/$seriesId" params={{ seriesId: "new" }} variant="light" size="compact-md">Plan a series</LinkButton></div>}
        </>
      )}
      {plan && <Plan plan={plan} send={send} />}
    </Panel>
  );
}

function Plan({ plan, send }: { plan: Occurrence; send: boolean }) {
  const now = useSecond();
  const sending = useSend();
  const until = left(plan.startsAt, now);
  return (
    <>
      <p className={classes.until} data-now={until === 0 || undefined}>{until === 0 ? "On now by the plan" : <>in <strong>{countdown(until)}</strong></>}</p>
      <p className={classes.title}>{plan.streamTitle || plan.title}</p>
      <p className={classes.facts}>
        <time dateTime={plan.startsAt}>{WHEN.format(new Date(plan.startsAt))}</time>
        {plan.category && <span>{plan.category.name}</span>}
        {plan.tags.length > 0 && <span>{plan.tags.join(", ")}</span>}
      </p>
      {send && (
        <Button mt="sm" variant="light" leftSection={<Send size={15} />} loading={sending.isPending} onClick={() => sending.mutate(ofPlan(plan))}>
          Send to Twitch
        </Button>
      )}
      {plan.notes && <div className={classes.notes}><Markdown text={plan.notes} /></div>}
    </>
  );
}
