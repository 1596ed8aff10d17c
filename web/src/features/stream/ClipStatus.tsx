import { Button, Group } from "@mantine/core";
import { CircleAlert, FileX2, Hourglass, Upload } from "lucide-react";
import type { StreamClip } from "../../gen/api";
import { written } from "../../lib/format";
import { jobsOf, leading, progress, useJobs } from "../../lib/jobs";
import { LinkButton } from "../../lib/LinkButton";
import { Meter } from "../../lib/Meter";
import { Notice } from "../../lib/Notice";
import { RetryButton } from "../../lib/RetryButton";
import { useMay } from "../../lib/session";
import { chooseFiles } from "../../lib/uploads";
import classes from "./ClipStatus.module.css";

/** Stands in for the player while there is nothing to play: why, how far it is, and what to do. */
export function ClipStatus({ clips, streamId }: { clips: StreamClip[]; streamId: string }) {
  const jobs = useJobs();
  const mayEdit = useMay("edit");
  const add = mayEdit && (
    <Button variant="default" leftSection={<Upload size={16} />} onClick={() => chooseFiles(streamId)}>Add a recording</Button>
  );
  const waiting = clips.find((clip) => clip.state === "registered" || clip.state === "probed" || clip.state === "packaged");
  if (waiting) {
    const job = leading(jobsOf(jobs.data?.items, waiting.id));
    return (
      <Notice compact icon={<Hourglass size={26} />} title="Getting it ready to watch">
        <span className={classes.name}>{waiting.name}</span>
        <span className={classes.meter}><Meter value={job?.percent} label={`Preparing ${waiting.name}`} /></span>
        <span className="tabular">{job ? progress(job) : waiting.state === "registered" ? "Waiting to be looked at" : "Waiting for its turn"}</span>
      </Notice>
    );
  }
  const broken = clips[0];
  if (!broken) {
    return (
      <Notice compact icon={<Upload size={26} />} title="No recording yet" action={add}>
        {mayEdit ? "Add the file that was recorded during this stream, and it can be watched here." : "It can be watched here as soon as an editor adds one."}
      </Notice>
    );
  }
  if (broken.state === "refused") {
    return (
      <Notice compact tone="bad" icon={<FileX2 size={26} />} title="This file cannot be played" action={add}>
        {written(broken.reason ?? "It holds neither picture nor sound")}
        {mayEdit && <><br />Check that it plays on your computer, and add it again or choose another.</>}
      </Notice>
    );
  }
  const failed = jobsOf(jobs.data?.items, broken.id).find((job) => job.state === "failed");
  return (
    <Notice
      compact tone="bad" icon={<CircleAlert size={26} />} title="Preparing it failed"
      action={
        <Group justify="center">
          <RetryButton clipId={broken.id} name={broken.name} />
          <LinkButton to="/jobs" search={{ state: "failed" }} variant="default">See the failed job</LinkButton>
        </Group>
      }
    >
      {written(broken.reason ?? failed?.reason ?? "The reason is not known")}
    </Notice>
  );
}
