import { ActionIcon, Button, Kbd, TextInput, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { BookmarkPlus, Trash2 } from "lucide-react";
import { useState, useTransition, type FormEvent, type ReactNode } from "react";
import type { Marker } from "../../gen/api";
import { clock, parseStreamTime } from "../../lib/time";
import type { AddMarker } from "./markers";
import { usePlaybackTime, type Playback } from "../../lib/player/playback";
import classes from "./Markers.module.css";

interface MarkersProps {
  /** In stream order. */
  markers: Marker[];
  playback: Playback;
  /** Something can be played, so that there is a moment to mark. */
  ready: boolean;
  /** The stream has no clips at all, so that its time now is the one to mark. */
  bare: boolean;
  /** Without it one may only look. */
  onAdd: AddMarker | undefined;
  onRemove: (marker: Marker) => void;
}

/** The moments worth finding again; the one that was passed last is lit. */
export function Markers({ markers, playback, ready, bare, onAdd, onRemove }: MarkersProps) {
  const time = usePlaybackTime(playback);
  const current = ready && time > 0 ? markers.findLast((marker) => Math.floor(marker.at) <= time) : undefined;
  return (
    <section className={`panel ${classes.panel}`} aria-labelledby="markers">
      <div className={classes.head}>
        <Title order={2} id="markers" size="h3">Markers</Title>
        {markers.length > 0 && <span className={classes.count}>{markers.length}</span>}
      </div>
      {onAdd && (ready ? (
        <AddField onAdd={(label) => onAdd(label, playback.time)} placeholder="Mark this moment" time={<span className={classes.at}>{clock(time)}</span>} />
      ) : (
        <TimedField bare={bare} onAdd={onAdd} />
      ))}
      {markers.length === 0 ? (
        <p className={classes.empty}>
          {!onAdd ? "No moment is marked yet."
            : ready ? <><span className={classes.keys}>Press <Kbd>M</Kbd> while watching to keep a moment.</span> Everyone who has this page open sees a marker at once.</>
            : bare ? "Mark moments while you are live: they wait here for the recording."
              : "Mark the moments you want to find again, by their time in the stream."}
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
              {onAdd && (
                <Tooltip label="Delete">
                  <ActionIcon
                    variant="subtle" color="gray" size="lg" className={classes.delete}
                    aria-label={`Delete the marker ${marker.label}`} onClick={() => onRemove(marker)}
                  >
                    <Trash2 size={16} />
                  </ActionIcon>
                </Tooltip>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

interface AddFieldProps {
  /** What stands before the label: the time of the marker. */
  time?: ReactNode;
  placeholder: string;
  onAdd: (label: string) => Promise<boolean>;
}

/** Keeps what was typed until it is saved. */
function AddField({ time, placeholder, onAdd }: AddFieldProps) {
  const [label, setLabel] = useState("");
  const [saving, startSaving] = useTransition();
  const save = (event: FormEvent) => {
    event.preventDefault();
    startSaving(async () => {
      if (await onAdd(label.trim() || "Marker")) setLabel((now) => (now === label ? "" : now));
    });
  };
  return (
    <form className={classes.add} onSubmit={save}>
      <TextInput
        aria-label="Label of a new marker"
        placeholder={placeholder}
        leftSectionWidth={time ? 68 : undefined}
        leftSection={time}
        value={label}
        maxLength={200}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <Button type="submit" variant="light" px="sm" aria-label="Add the marker" loading={saving}><BookmarkPlus size={18} /></Button>
    </form>
  );
}

/** Marks a time that is typed in, as long as there is nothing to watch; without clips also the time now. */
function TimedField({ bare, onAdd }: { bare: boolean; onAdd: AddMarker }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <TextInput
        className={classes.time}
        label="Stream time"
        placeholder={bare ? "Now, or 1:02:03" : "1:02:03"}
        value={text}
        error={wrong && "A time such as 1:02:03 or 62m"}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(false);
        }}
      />
      <AddField
        placeholder="What happens there"
        onAdd={async (label) => {
          const at = parseStreamTime(text);
          if (at === undefined && !(bare && text.trim() === "")) {
            setWrong(true);
            return false;
          }
          const saved = await onAdd(label, at);
          if (saved) setText((now) => (now === text ? "" : now));
          return saved;
        }}
      />
    </>
  );
}
