import { useQueryClient } from "@tanstack/react-query";
import type { Marker, Stream } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { documentKey } from "../../lib/live";
import { clock } from "../../lib/time";
import { toast } from "../../lib/toasts";

/** Adds and takes away markers of a stream; shows the change at once, and takes it back if it fails. */
export function useMarkers(streamId: string) {
  const client = useQueryClient();
  const change = (edit: (markers: Marker[]) => Marker[]) => {
    client.setQueryData<Stream>(documentKey(`stream/${streamId}`), (old) => old && { ...old, markers: edit(old.markers) });
  };
  const insert = (marker: Marker) => change((markers) => [...markers.filter((other) => other.id !== marker.id), marker]);

  const add = (label: string, at: number) => {
    api.post<Marker>(`/api/streams/${streamId}/markers`, { label, at })
      .then((marker) => {
        insert(marker);
        toast(`Marked ${clock(marker.at)}`);
      })
      .catch((error: unknown) => toast(`The marker was not saved. ${sentence(error)}`, { tone: "bad" }));
  };

  const remove = (marker: Marker) => {
    change((markers) => markers.filter((other) => other.id !== marker.id));
    api.delete(`/api/streams/${streamId}/markers/${marker.id}`)
      .then(() => toast(`Deleted “${marker.label}”`, { action: { label: "Undo", run: () => add(marker.label, marker.at) } }))
      .catch((error: unknown) => {
        insert(marker);
        toast(`The marker was not deleted. ${sentence(error)}`, { tone: "bad" });
      });
  };
  return { add, remove };
}
