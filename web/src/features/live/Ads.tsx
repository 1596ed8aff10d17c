import { Alert, Button, Select, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, sentence } from "../../lib/api";
import { counted } from "../../lib/format";
import { Failure } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import { clock, roughly } from "../../lib/time";
import { toast } from "../../lib/toasts";
import { adsQuery } from "./ads";
import classes from "./Ads.module.css";
import type { Ads as Schedule, Commercial } from "../../gen/api";
import { Panel } from "./Panel";
import { left, useSecond } from "../../lib/second";

/** The lengths that Twitch runs, in seconds. */
const LENGTHS = [30, 60, 90, 120, 150, 180];

/** When ads come, putting them off, and running them now. */
export function Ads() {
  const { data, isPending, error, refetch } = useQuery(adsQuery);
  return (
    <Panel title="Ads">
      {isPending && <Skeleton height={92} role="status" aria-label="Loading the ads" />}
      {error && !data && <Failure title="Twitch did not tell it" error={error} onRetry={() => void refetch()} />}
      {data && <Body ads={data} />}
    </Panel>
  );
}

function Body({ ads }: { ads: Schedule }) {
  const mayRun = useMay("edit");
  const maySnooze = useMay("mark");
  const client = useQueryClient();
  const now = useSecond();
  const [length, setLength] = useState("90");
  const [readyAt, setReadyAt] = useState<string>();
  const changed = () => client.invalidateQueries({ queryKey: adsQuery.queryKey });
  const snooze = useMutation({
    mutationFn: () => api.post<Schedule>("/api/twitch/ads/snooze"),
    onSuccess: () => toast("The next ads come five minutes later"),
    onError: (failed) => toast(sentence(failed), { tone: "bad" }),
    onSettled: changed,
  });
  const run = useMutation({
    mutationFn: () => api.post<Commercial>("/api/twitch/ads/run", { length: Number(length) }),
    onSuccess: ({ length: seconds, retryAfter, message }) => {
      if (retryAfter > 0) setReadyAt(new Date(Date.now() + retryAfter * 1_000).toISOString());
      toast(seconds > 0 ? `Ads run for ${counted(seconds, "second")}` : message);
    },
    onError: (failed) => toast(sentence(failed), { tone: "bad" }),
    onSettled: changed,
  });
  const until = ads.nextAdAt ? left(ads.nextAdAt, now) : undefined;
  const due = until === 0;
  useEffect(() => {
    if (due) void client.invalidateQueries({ queryKey: adsQuery.queryKey });
  }, [client, due]);
  const cooling = readyAt ? left(readyAt, now) : 0;
  return (
    <>
      <dl className={classes.facts}>
        <div>
          <dt>Next ads</dt>
          <dd className={classes.big}>{until === undefined ? "None due" : until === 0 ? "Now" : clock(until)}</dd>
          {until !== undefined && <dd>{ads.duration > 0 && `${ads.duration} s long`}</dd>}
        </div>
        <div>
          <dt>No pre-roll for</dt>
          <dd className={classes.big}>{ads.prerollFreeSeconds > 0 ? roughly(ads.prerollFreeSeconds) : "–"}</dd>
        </div>
      </dl>
      {maySnooze && (
        <div className={classes.actions}>
          <Button variant="default" disabled={ads.snoozes === 0 || !until} loading={snooze.isPending} onClick={() => snooze.mutate()}>
            Snooze 5 min
          </Button>
          <span className={classes.note}>
            {ads.snoozes > 0 ? `${counted(ads.snoozes, "snooze")} left` : ads.snoozeRefreshAt ? `Another in ${roughly(left(ads.snoozeRefreshAt, now))}` : "No snooze left"}
          </span>
        </div>
      )}
      {mayRun && (
        <div className={classes.actions}>
          <Select
            w={112} aria-label="Length of the ads" allowDeselect={false} value={length} onChange={(value) => value && setLength(value)}
            data={LENGTHS.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }))}
          />
          <Button variant="light" disabled={cooling > 0} loading={run.isPending} onClick={() => run.mutate()}>
            {cooling > 0 ? `Again in ${clock(cooling)}` : "Run ads now"}
          </Button>
        </div>
      )}
      {run.data && run.data.length === 0 && <Alert color="yellow" variant="light">{run.data.message}</Alert>}
    </>
  );
}
