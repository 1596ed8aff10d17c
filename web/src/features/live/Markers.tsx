import { Button, Kbd, TextInput } from "@mantine/core";
import { BookmarkPlus } from "lucide-react";
import { useState, useTransition } from "react";
import type { Marker, Stream } from "../../gen/api";
import { api } from "../../lib/api";
import { useDocument } from "../../lib/live";
import { LinkButton } from "../../lib/LinkButton";
import { clock } from "../../lib/time";
import classes from "./Markers.module.css";
import { Panel } from "./Panel";

/** As many are shown; the page of the stream has all. */
const SHOWN = 12;
const NONE: Marker[] = [];

/** Flags this moment; the moments that were flagged, by hand, by a hotkey or out of the chat, show at once. */
export function Markers({ streamId, onMark }: { streamId: string; onMark: ((label: string) => Promise<boolean>) | undefined }) {
  const { data } = useDocument<Stream>(`stream/${streamId}`, (signal) => api.get(`/api/streams/${streamId}`, { signal }));
  const [label, setLabel] = useState("");
  const [saving, startSaving] = useTransition();
  const markers = data?.markers ?? NONE;
  const newest = [...markers].sort((a, b) => b.at - a.at).slice(0, SHOWN);
  const save = () => startSaving(async () => {
    if (await onMark?.(label.trim() || "Marker")) setLabel((now) => (now === label ? "" : now));
  });
  return (
    <Panel
      title="Markers"
      tools={<LinkButton to="/streams/$streamId" params={{ streamId }} size="compact-sm" variant="subtle" color="gray">{markers.length > SHOWN ? `All ${markers.length}` : "Open the stream"}</LinkButton>}
    >
      {onMark && (
        <form className={classes.add} action={save} aria-label="Mark this moment">
          <TextInput aria-label="Label of a new marker" placeholder="Mark this moment" maxLength={200} value={label} onChange={(event) => setLabel(event.currentTarget.value)} />
          <Button type="submit" variant="light" px="sm" aria-label="Add the marker" loading={saving}><BookmarkPlus size={18} /></Button>
        </form>
      )}
      {newest.length === 0 ? (
        <p className={classes.empty}>
          {onMark ? <>Press <Kbd size="xs">M</Kbd> anywhere here, or write <code>!mark why</code> in the chat.</> : "No moment is marked yet."}
        </p>
      ) : (
        <ol className={classes.list} aria-label="Markers, newest first">
          {newest.map((marker) => (
            <li key={marker.id}>
              <span className={classes.at}>{clock(marker.at)}</span>
              <span className={classes.label}>{marker.label}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
