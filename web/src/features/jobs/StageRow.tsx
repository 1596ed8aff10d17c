import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Check, CircleAlert, CircleDashed, CircleSlash, LoaderCircle, RotateCcw } from "lucide-react";
import { memo } from "react";
import type { Stage } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { written } from "../../lib/format";
import { progress } from "../../lib/jobs";
import { Meter } from "../../lib/Meter";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import classes from "./StageRow.module.css";

const ICONS = { failed: CircleAlert, running: LoaderCircle, waiting: CircleDashed, cancelled: CircleSlash, done: Check };

/** What one reactor has done of a pipeline, and how it is getting on. */
export const StageRow = memo(function StageRow({ stage, of }: { stage: Stage; of: string }) {
  const { doc, done, failed, total, percent, attempt, reason, job, retriable } = stage;
  const mayEdit = useMay("edit");
  const state = stateOf(stage);
  const Icon = ICONS[state];
  const going = state === "running" || state === "waiting";
  return (
    <li className={classes.stage} data-state={state}>
      <Icon size={16} className={classes.icon} aria-hidden="true" />
      <span className={classes.does}>{doc}</span>
      <span className={classes.count}>
        {total > 1 ? [`${done} of ${total}`, failed > 0 && `${failed} failed`].filter(Boolean).join(", ") : state}
      </span>
      {state === "running" && (
        <div className={classes.progress}>
          <Meter value={percent} label={`${of}: ${doc}`} />
          <span>{[progress(stage), attempt > 1 && `attempt ${attempt}`].filter(Boolean).join(" · ")}</span>
        </div>
      )}
      {going && reason && <p className={classes.retry}>Last attempt: {written(reason)}</p>}
      {state === "failed" && (
        <div className={classes.failure}>
          <p>{written(reason ?? "The reason is not known")}</p>
          {mayEdit && retriable && <Retry job={job} of={of} />}
        </div>
      )}
    </li>
  );
});

/** Lets the reactor try again what it gave up. */
function Retry({ job, of }: { job: string; of: string }) {
  const retry = useMutation({
    mutationFn: () => api.post(`/api/jobs/${job}/retry`),
    onSuccess: () => toast(`Trying “${of}” again`),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
  });
  return (
    <Button size="compact-sm" variant="light" leftSection={<RotateCcw size={14} />} aria-label={`Try again: ${of}`} loading={retry.isPending} onClick={() => retry.mutate()}>
      Try again
    </Button>
  );
}

function stateOf({ running, waiting, failed, cancelled }: Stage): keyof typeof ICONS {
  if (running > 0) return "running";
  if (failed > 0) return "failed";
  if (waiting > 0) return "waiting";
  return cancelled > 0 ? "cancelled" : "done";
}
