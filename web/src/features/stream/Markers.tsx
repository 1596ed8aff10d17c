import { ActionIcon, Button, Kbd, TextInput, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { BookmarkPlus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Marker } from "../../gen/api";
import { clock } from "../../lib/time";
import { usePlaybackTime, type Playback } from "./player/playback";
import classes from "./Markers.module.css";

interface MarkersProps {
  /** In stream order. */
  markers: Marker[];
  playback: Playback;
  /** Something can be played, so that there is a time to mark. */
  ready: boolean;
  onAdd: (label: string, at: number) => void;
  onRemove: (marker: Marker) => void;
}

/** The moments worth finding again; the one that was passed last is lit. */
export function Markers({ markers, playback, ready, onAdd, onRemove }: MarkersProps) {
  const time = usePlaybackTime(playback);
  const current = ready && time > 0 ? markers.findLast((marker) => Math.floor(marker.at) <= time) : undefined;
  return (
    <section className={`panel ${classes.panel}`} aria-labelledby="markers">
      <div className={classes.head}>
        <Title order={2} id="markers" size="h3">Markers</Title>
        {markers.length > 0 && <span className={classes.count}>{markers.length}</span>}
      </div>
      {ready && <AddField time={time} onAdd={(label) => onAdd(label, playback.time)} />}
      {markers.length === 0 ? (
        <p className={classes.empty}>
          {ready ? <>Press <Kbd>M</Kbd> while watching to keep a moment. Everyone who has this page open sees it at once.</>
            : "Once the recording is ready, mark the moments you want to find again."}
        </p>
      ) : (
        <ol className={classes.list}>
          {markers.map((marker) => (
            <li key={marker.id} className={classes.item} data-current={marker === current || undefined}>
              <UnstyledButton
                className={classes.go}
                onClick={() => playback.seek(marker.at)}
                aria-current={marker === current ? "time" : undefined}
              >
                <span className={classes.at}>{clock(marker.at)}</span>
                <span className={classes.label}>{marker.label}</span>
              </UnstyledButton>
              <Tooltip label="Delete">
                <ActionIcon
                  variant="subtle" color="gray" size="lg" className={classes.delete}
                  aria-label={`Delete the marker ${marker.label}`} onClick={() => onRemove(marker)}
                >
                  <Trash2 size={16} />
                </ActionIcon>
              </Tooltip>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function AddField({ time, onAdd }: { time: number; onAdd: (label: string) => void }) {
  const [label, setLabel] = useState("");
  return (
    <form
      className={classes.add}
      action={() => {
        onAdd(label.trim() || "Marker");
        setLabel("");
      }}
    >
      <TextInput
        aria-label="Label of a new marker"
        placeholder="Mark this moment"
        leftSectionWidth={68}
        leftSection={<span className={classes.at}>{clock(time)}</span>}
        value={label}
        maxLength={200}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <Button type="submit" variant="light" px="sm" aria-label="Add the marker"><BookmarkPlus size={18} /></Button>
    </form>
  );
}
