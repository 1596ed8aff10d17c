import { Portal } from "@mantine/core";
import { useEffect, useState } from "react";
import { Mark } from "../../lib/Logo";
import { uploadDropped } from "../../lib/uploads";
import classes from "./UploadTray.module.css";

/** Makes the whole window a place to drop recordings. */
export function DropZone() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onDragOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) uploadDropped(event.dataTransfer);
    };
    addEventListener("dragover", onDragOver);
    addEventListener("dragleave", onDragLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onDragOver);
      removeEventListener("dragleave", onDragLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
  if (!over) return null;
  return (
    <Portal>
      <div className={classes.drop}>
        <div className={classes.dropInner}>
          <Mark size={64} />
          <span className={classes.dropTitle}>Drop to add</span>
          <span>Files or whole folders. Recordings of one evening become one stream.</span>
        </div>
      </div>
    </Portal>
  );
}
