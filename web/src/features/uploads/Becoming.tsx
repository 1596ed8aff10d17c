import { CircleAlert, CircleCheck } from "lucide-react";
import { useEffect } from "react";
import type { Clip } from "../../gen/api";
import { api } from "../../lib/api";
import { written } from "../../lib/format";
import { leading, progress, stagesOf, useJobs } from "../../lib/jobs";
import { useDocument } from "../../lib/live";
import { LinkButton } from "../../lib/LinkButton";
import { Meter } from "../../lib/Meter";
import { RetryButton } from "../../lib/RetryButton";
import { overParts } from "../../lib/stages";
import { settle, type UploadItem } from "../../lib/uploads";
import classes from "./UploadTray.module.css";

/** What becomes of a file that has arrived, until there is nothing more to wait for. */
export function Becoming({ item, clip }: { item: UploadItem; clip: Clip }) {
  if (clip.state === "packaged") return <Outcome text={item.known ? "You already had this one" : "Ready"} clip={clip} />;
  if (clip.state === "refused") return <Verdict bad text={written(clip.reason ?? "This is no recording that can be played")} />;
  return <Following item={item} uploaded={clip} />;
}

/** Listens to what is told of the clip. */
function Following({ item, uploaded }: { item: UploadItem; uploaded: Clip }) {
  const { data: clip = uploaded } = useDocument<Clip>(`clip/${uploaded.id}`, (signal) => api.get(`/api/clips/${uploaded.id}`, { signal }));
  const jobs = useJobs();
  const stage = overParts(leading(stagesOf(jobs.data?.items, clip.id)), clip);
  const over = clip.state === "packaged" || clip.state === "refused";
  useEffect(() => {
    if (over) settle(item.key, clip);
  }, [over, item.key, clip]);
  if (clip.state === "failed") {
    return (
      <div className={classes.row}>
        <Verdict bad text={written(clip.reason ?? "Preparing it failed")} />
        <RetryButton clipId={clip.id} name={clip.name} size="compact-sm" />
      </div>
    );
  }
  const { partsDone = 0, partsTotal = 0 } = clip;
  const parts = partsTotal > 1 ? `${partsDone} of ${partsTotal} parts` : undefined;
  const words = clip.paused ? ["Paused", parts] : [stage ? progress(stage) : "Waiting for its turn", parts];
  return (
    <>
      <Meter value={stage || partsTotal === 0 ? stage?.percent : (partsDone / partsTotal) * 100} label={`Preparing ${clip.name}`} />
      <span className={classes.note}>{words.filter(Boolean).join(" · ")}</span>
      {clip.playable && <Outcome text="It can be watched; more sizes follow" clip={clip} />}
    </>
  );
}

function Outcome({ text, clip }: { text: string; clip: Clip }) {
  return (
    <div className={classes.row}>
      <Verdict text={text} />
      <LinkButton to="/streams/$streamId" params={{ streamId: clip.streamId }} size="compact-sm" variant="light">Open</LinkButton>
    </div>
  );
}

/** How something ended. */
export function Verdict({ text, bad = false }: { text: string; bad?: boolean }) {
  const Icon = bad ? CircleAlert : CircleCheck;
  return (
    <span className={classes.verdict} data-bad={bad || undefined} role={bad ? "alert" : "status"}>
      <Icon size={16} aria-hidden="true" />
      <span>{text}</span>
    </span>
  );
}
