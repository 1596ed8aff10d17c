import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Stream } from "../../gen/api";
import type { Playback } from "../../lib/player/playback";
import { Chat } from "./Chat";
import type { AddMarker } from "./markers";
import { Markers } from "./Markers";
import { chatQuery } from "./replay";
import classes from "./StreamPage.module.css";

interface SideProps {
  /** Its markers are in their order. */
  stream: Stream;
  duration: number;
  playback: Playback;
  ready: boolean;
  onAdd: AddMarker | undefined;
  onRemove: (marker: Stream["markers"][number]) => void;
}

/** What stands beside the player: chat where there is some, else markers; the other one is a choice away. */
export function Side({ stream, duration, playback, ready, onAdd, onRemove }: SideProps) {
  const live = stream.state === "live";
  const { data: chat } = useQuery(chatQuery(stream.id, live));
  const [chosen, setChosen] = useState<string>();
  const view = chosen ?? (live || (chat && chat.messages + chat.activities > 0) ? "chat" : "markers");
  return (
    // Where somebody is at work stays what it is, whatever the chat's answer says.
    <aside className={classes.side} data-view={view} onFocus={() => setChosen(view)}>
      <SegmentedControl
        fullWidth mb={10} aria-label="Beside the player" value={view} onChange={setChosen}
        data={[{ value: "chat", label: "Chat" }, { value: "markers", label: stream.markers.length > 0 ? `Markers ${stream.markers.length}` : "Markers" }]}
      />
      {view === "chat"
        ? <Chat stream={stream} duration={duration} playback={playback} ready={ready} />
        : <Markers markers={stream.markers} playback={playback} ready={ready} bare={stream.clips.length === 0} onAdd={onAdd} onRemove={onRemove} />}
    </aside>
  );
}
