import { Button, Group } from "@mantine/core";
import { CircleAlert, FileX2, Hourglass, PauseCircle, Radio, Upload } from "lucide-react";
import type { StreamClip } from "../../gen/api";
import { written } from "../../lib/format";
import { LinkButton } from "../../lib/LinkButton";
import { Meter } from "../../lib/Meter";
import { Notice } from "../../lib/Notice";
import { RetryButton } from "../../lib/RetryButton";
import { useMay } from "../../lib/session";
import { chooseFiles } from "../../lib/uploads";
import classes from "./ClipStatus.module.css";
import { useMaking } from "./making";

/** Stands in for the player while there is nothing to play: why, how far it is, and what to do. */
export function ClipStatus({ clips, streamId, live }: { clips: StreamClip[]; streamId: string; live: boolean }) {
  const mayEdit = useMay("edit");
  const add = mayEdit && (
    <Button variant="default" leftSection={<Upload size={16} />} onClick={() => chooseFiles(streamId)}>Add a recording</Button>
  );
  const coming = clips.find((clip) => clip.state === "registered" || clip.state === "probed");
  if (coming) return <Coming clip={coming} />;
  const broken = clips[0];
  if (!broken && live) {
    return (
      <Notice compact icon={<Radio size={26} />} title="On air now" action={<Group justify="center"><LinkButton to="/live" variant="light">Go to the live page</LinkButton>{add}</Group>}>
        Chat and markers are kept already. With its recording they stand beside the picture, second by second.
      </Notice>
    );
  }
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
      {written(broken.reason ?? "The reason is not known")}
    </Notice>
  );
}

function Coming({ clip }: { clip: StreamClip }) {
  const { percent, text } = useMaking(clip);
  return (
    <Notice
      compact icon={clip.paused ? <PauseCircle size={26} /> : <Hourglass size={26} />}
      title={clip.paused ? "The work on it is paused" : "Getting it ready to watch"}
    >
      <span className={classes.name}>{clip.name}</span>
      <span className={classes.meter}><Meter value={percent} label={`Preparing ${clip.name}`} /></span>
      <span className="tabular">{clip.paused ? "It goes on when you let it, in the clip’s menu below." : text}</span>
    </Notice>
  );
}
