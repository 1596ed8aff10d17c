import { ActionIcon, Tooltip } from "@mantine/core";
import { Pause, Play, RotateCcw, X } from "lucide-react";
import type { ReactNode } from "react";
import { bytes } from "../../lib/format";
import { Meter } from "../../lib/Meter";
import { roughly } from "../../lib/time";
import { cancelUpload, dismissUpload, pauseUpload, resumeUpload, type UploadItem } from "../../lib/uploads";
import { Becoming, Verdict } from "./Becoming";
import classes from "./UploadTray.module.css";

/** One file: how far it is, what to do about it, and then what becomes of it. */
export function Item({ item }: { item: UploadItem }) {
  const { key, name, state, clip } = item;
  return (
    <li className={classes.item} aria-label={name}>
      <div className={classes.row}>
        <span className={classes.name} title={name}>{name}</span>
        {(state === "sending" || state === "queued") && <Tool label="Pause" name={name} icon={<Pause size={16} />} onClick={() => pauseUpload(key)} />}
        {state === "paused" && <Tool label="Go on" name={name} icon={<Play size={16} />} onClick={() => resumeUpload(key)} />}
        {state === "failed" && <Tool label="Try again" name={name} icon={<RotateCcw size={16} />} onClick={() => resumeUpload(key)} />}
        {state === "done"
          ? <Tool label="Dismiss" name={name} icon={<X size={16} />} onClick={() => dismissUpload(key)} />
          : state !== "checking" && <Tool label="Cancel" name={name} icon={<X size={16} />} onClick={() => cancelUpload(key)} />}
      </div>
      {clip ? <Becoming item={item} clip={clip} /> : <Sending item={item} />}
    </li>
  );
}

function Tool({ label, name, icon, onClick }: { label: string; name: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={`${label}: ${name}`} onClick={onClick}>{icon}</ActionIcon>
    </Tooltip>
  );
}

function Sending({ item }: { item: UploadItem }) {
  const { name, size, state, loaded, speed, trouble } = item;
  if (state === "failed") return <Verdict bad text={item.error ?? "The upload failed."} />;
  if (state === "queued") return <span className={classes.note}>Next in line · {bytes(size)}</span>;
  if (state === "checking") {
    return (
      <>
        <Meter value={undefined} label={`Checking ${name}`} />
        <span className={classes.note}>{trouble ? `${trouble} Goes on by itself.` : "All there. Checking it."}</span>
      </>
    );
  }
  const left = speed ? (size - loaded) / speed : undefined;
  const words = state === "sending"
    ? [speed && `${bytes(speed)}/s`, left !== undefined && `${roughly(left)} left`, item.resumed && "resumed"]
    : [state === "paused" && "paused"];
  return (
    <>
      <Meter value={size > 0 ? (loaded / size) * 100 : 0} label={`Uploading ${name}`} />
      <span className={classes.note} data-trouble={trouble !== undefined || undefined} role={trouble ? "status" : undefined}>
        {trouble ? `${trouble} Goes on by itself.` : [`${bytes(loaded)} of ${bytes(size)}`, ...words].filter(Boolean).join(" · ")}
      </span>
    </>
  );
}
