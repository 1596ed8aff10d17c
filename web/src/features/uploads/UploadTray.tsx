import { ActionIcon, Button, Tooltip, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, CircleAlert, CircleCheck, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import type { Clip } from "../../gen/api";
import { api } from "../../lib/api";
import { bytes, written } from "../../lib/format";
import { jobsOf, leading, progress, useJobs } from "../../lib/jobs";
import { useDocument } from "../../lib/live";
import { LinkButton } from "../../lib/LinkButton";
import { Meter } from "../../lib/Meter";
import { RetryButton } from "../../lib/RetryButton";
import { useMay } from "../../lib/session";
import { roughly } from "../../lib/time";
import {
  abandon, cancelUpload, chooseFiles, dismissUpload, interrupted, retryUpload, useUploads, type UploadItem,
} from "../../lib/uploads";
import { DropZone } from "./DropZone";
import classes from "./UploadTray.module.css";

/** What is being sent and what becomes of it, docked in the corner of every page. */
export function UploadTray() {
  const uploads = useUploads();
  const mayEdit = useMay("edit");
  const [open, setOpen] = useState(true);
  const halves = mayEdit ? interrupted() : [];
  const moving = uploads.filter((item) => item.state !== "done" && item.state !== "failed").length;
  return (
    <>
      {mayEdit && <DropZone />}
      {uploads.length + halves.length > 0 && (
        <section className={classes.tray} aria-label="Uploads">
          <UnstyledButton className={classes.head} aria-expanded={open} onClick={() => setOpen(!open)}>
            <span>{moving > 0 ? `Uploading ${moving} of ${uploads.length}` : uploads.length > 0 ? "Uploads" : "Interrupted uploads"}</span>
            {open ? <ChevronDown size={18} aria-hidden="true" /> : <ChevronUp size={18} aria-hidden="true" />}
          </UnstyledButton>
          {open && (
            <ul className={classes.list}>
              {halves.map((half) => (
                <li key={half.id} className={classes.item}>
                  <div className={classes.row}>
                    <span className={classes.name} title={half.name}>{half.name}</span>
                    <Tooltip label="Forget it">
                      <ActionIcon variant="subtle" color="gray" aria-label={`Forget ${half.name}`} onClick={() => abandon(half.id)}><X size={16} /></ActionIcon>
                    </Tooltip>
                  </div>
                  <div className={classes.row}>
                    <span className={classes.note}>Stopped halfway. Choose the same file to go on.</span>
                    <Button size="compact-sm" variant="light" onClick={() => chooseFiles()}>Choose</Button>
                  </div>
                </li>
              ))}
              {uploads.map((item) => <Item key={item.key} item={item} />)}
            </ul>
          )}
        </section>
      )}
    </>
  );
}

function Item({ item }: { item: UploadItem }) {
  const over = item.state === "done" || item.state === "failed";
  return (
    <li className={classes.item}>
      <div className={classes.row}>
        <span className={classes.name} title={item.name}>{item.name}</span>
        {item.state === "failed" && (
          <Tooltip label="Try again">
            <ActionIcon variant="subtle" color="gray" aria-label={`Try ${item.name} again`} onClick={() => retryUpload(item.key)}><RotateCcw size={16} /></ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={over ? "Dismiss" : "Cancel"}>
          <ActionIcon
            variant="subtle" color="gray" aria-label={`${over ? "Dismiss" : "Cancel"} ${item.name}`}
            onClick={() => (item.state === "done" ? dismissUpload(item.key) : cancelUpload(item.key))}
          >
            <X size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      {item.clip ? <Processing clip={item.clip} known={item.known} /> : <Sending item={item} />}
    </li>
  );
}

function Sending({ item }: { item: UploadItem }) {
  if (item.state === "failed") return <Verdict bad text={item.error ?? "The upload failed."} />;
  if (item.state === "queued") return <span className={classes.note}>Next in line · {bytes(item.size)}</span>;
  if (item.state === "checking") {
    return (
      <>
        <Meter value={undefined} label={`Checking ${item.name}`} />
        <span className={classes.note}>All there. Checking it.</span>
      </>
    );
  }
  const percent = item.size > 0 ? (item.loaded / item.size) * 100 : 0;
  const left = item.speed ? (item.size - item.loaded) / item.speed : undefined;
  return (
    <>
      <Meter value={percent} label={`Uploading ${item.name}`} />
      <span className={classes.note}>
        {[
          `${bytes(item.loaded)} of ${bytes(item.size)}`,
          item.speed && `${bytes(item.speed)}/s`,
          left !== undefined && `${roughly(left)} left`,
          item.resumed && "resumed",
        ].filter(Boolean).join(" · ")}
      </span>
    </>
  );
}

function Processing({ clip: uploaded, known }: { clip: Clip; known: boolean }) {
  const live = useDocument<Clip>(`clip/${uploaded.id}`, (signal) => api.get(`/api/clips/${uploaded.id}`, { signal }));
  const jobs = useJobs();
  const clip = live.data ?? uploaded;
  if (clip.state === "refused" || clip.state === "failed") {
    return (
      <div className={classes.row}>
        <Verdict bad text={written(clip.reason ?? (clip.state === "refused" ? "This is no recording that can be played" : "Preparing it failed"))} />
        {clip.state === "failed" && <RetryButton clipId={clip.id} name={clip.name} size="compact-sm" />}
      </div>
    );
  }
  if (clip.state === "packaged") {
    return (
      <div className={classes.row}>
        <Verdict text={known ? "You already had this one" : "Ready"} />
        <LinkButton to="/streams/$streamId" params={{ streamId: clip.streamId }} size="compact-sm" variant="light">Open</LinkButton>
      </div>
    );
  }
  const job = leading(jobsOf(jobs.data?.items, clip.id));
  return (
    <>
      <Meter value={job?.percent} label={`Preparing ${clip.name}`} />
      <div className={classes.row}>
        <span className={classes.note}>{job ? progress(job) : "Waiting for its turn"}</span>
        <Link to="/streams/$streamId" params={{ streamId: clip.streamId }} className="ember-link">Open</Link>
      </div>
    </>
  );
}

function Verdict({ text, bad = false }: { text: string; bad?: boolean }) {
  const Icon = bad ? CircleAlert : CircleCheck;
  return (
    <span className={classes.verdict} data-bad={bad || undefined} role={bad ? "alert" : "status"}>
      <Icon size={16} aria-hidden="true" />
      <span>{text}</span>
    </span>
  );
}
