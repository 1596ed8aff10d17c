import { ActionIcon, Button, Tooltip, UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronUp, ListX } from "lucide-react";
import { useState } from "react";
import { Meter } from "../../lib/Meter";
import { together } from "../../lib/parts";
import { useMay } from "../../lib/session";
import { roughly } from "../../lib/time";
import { chooseStopped, dismissUpload, resumeStopped, useUploads, type UploadItem } from "../../lib/uploads";
import { DropZone } from "./DropZone";
import { Item } from "./Item";
import classes from "./UploadTray.module.css";

/** What is being sent and what becomes of it, docked in the corner of every page. */
export function UploadTray() {
  const uploads = useUploads();
  const mayEdit = useMay("edit");
  const [open, setOpen] = useState(() => !matchMedia("(max-width: 48em)").matches); // on a phone it would hide the page
  if (!mayEdit) return null;
  const stopped = uploads.filter(({ state }) => state === "stopped");
  const others = uploads.filter(({ state }) => state !== "stopped");
  const moving = others.filter(({ state }) => state === "sending" || state === "queued" || state === "checking");
  const over = others.filter(isOver);
  const { percent, left } = together(others);
  return (
    <>
      <DropZone />
      {uploads.length > 0 && (
        <section className={classes.tray} aria-label="Uploads">
          <div className={classes.head}>
            <UnstyledButton className={classes.title} aria-expanded={open} onClick={() => setOpen(!open)}>
              <span>{titleOf(others, moving.length, stopped.length)}</span>
              {moving.length > 0 && (
                <span className={classes.note}>{Math.floor(percent)} %{left !== undefined && ` · ${roughly(left)} left`}</span>
              )}
            </UnstyledButton>
            {over.length > 1 && (
              <Tooltip label="Clear what is done">
                <ActionIcon variant="subtle" color="gray" aria-label="Clear what is done" onClick={() => over.forEach(({ key }) => dismissUpload(key))}><ListX size={17} /></ActionIcon>
              </Tooltip>
            )}
            <ActionIcon variant="subtle" color="gray" aria-label={open ? "Fold the uploads" : "Unfold the uploads"} onClick={() => setOpen(!open)}>
              {open ? <ChevronDown size={18} /> : <ChevronUp size={18} />}
            </ActionIcon>
          </div>
          {!open && moving.length > 0 && <div className={classes.folded}><Meter value={percent} label="All uploads" /></div>}
          {open && (
            <div className={classes.body}>
              {stopped.length > 0 && <Stopped items={stopped} />}
              <ul className={classes.list}>
                {[...others].sort((a, b) => rank(a) - rank(b)).map((item) => <Item key={item.key} item={item} />)}
              </ul>
            </div>
          )}
        </section>
      )}
    </>
  );
}

/** Uploads that a reload or a closed window cut short: they go on with access to their files. */
function Stopped({ items }: { items: UploadItem[] }) {
  const handy = items.some((item) => item.handy);
  const one = items.length === 1;
  return (
    <>
      <div className={classes.stopped}>
        <p>
          {one ? "This upload was cut short. What has arrived is kept." : "These uploads were cut short. What has arrived is kept."}
          {!handy && (one ? " Choose the same file to go on." : " Choose the same files to go on.")}
        </p>
        <div className={classes.row}>
          {handy && <Button size="compact-sm" onClick={() => void resumeStopped()}>Go on</Button>}
          <Button size="compact-sm" variant={handy ? "subtle" : "filled"} onClick={() => void chooseStopped()}>{one ? "Choose the file" : "Choose the files"}</Button>
        </div>
      </div>
      <ul className={classes.list}>{items.map((item) => <Item key={item.key} item={item} />)}</ul>
    </>
  );
}

/** Nothing can happen to it any more that one has to see. */
function isOver({ state, clip }: UploadItem): boolean {
  return state === "done" && (clip?.state === "packaged" || clip?.state === "refused" || clip?.state === "failed");
}

/** What moves stands before what waits, and what is over comes last; else in the order in which it was added. */
function rank({ state, clip }: UploadItem): number {
  if (state === "failed" || clip?.state === "refused" || clip?.state === "failed") return 0;
  if (state === "sending" || state === "checking") return 1;
  if (state === "queued" || state === "paused") return 2;
  return clip?.state === "packaged" ? 4 : 3;
}

function titleOf(others: UploadItem[], moving: number, stopped: number): string {
  if (moving > 0) return `Uploading ${moving} of ${others.length}`;
  if (others.some(({ state }) => state === "paused")) return "Uploads, paused";
  return others.length > 0 || stopped === 0 ? "Uploads" : "Unfinished uploads";
}
