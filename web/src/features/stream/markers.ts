import { useQueryClient } from "@tanstack/react-query";
import type { Marker, Stream } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { documentKey } from "../../lib/live";
import { clock } from "../../lib/time";
import { toast } from "../../lib/toasts";

/** Adds a marker at a stream time in seconds, or without one at the stream time now; answers whether it is saved. */
export type AddMarker = (label: string, at?: number) => Promise<boolean>;

/** Adds and takes away markers of a stream; shows the change at once, and takes it back if it fails. */
export function useMarkers(streamId: string) {
  const client = useQueryClient();
  const change = (edit: (markers: Marker[]) => Marker[]) => {
    client.setQueryData<Stream>(documentKey(`stream/${streamId}`), (old) => old && { ...old, markers: edit(old.markers) });
  };
  const insert = (marker: Marker) => change((markers) => [...markers.filter((other) => other.id !== marker.id), marker]);

  const add: AddMarker = async (label, at) => {
    try {
      const marker = await api.post<Marker>(`/api/streams/${streamId}/markers`, { label, at });
      insert(marker);
      toast(`Marked ${clock(marker.at)}`);
      return true;
    } catch (error) {
      toast(`The marker was not saved. ${sentence(error)}`, { tone: "bad" });
      return false;
    }
  };

  const remove = (marker: Marker) => {
    change((markers) => markers.filter((other) => other.id !== marker.id));
    api.delete(`/api/streams/${streamId}/markers/${marker.id}`)
      .then(() => toast(`Deleted “${marker.label}”`, { action: { label: "Undo", run: () => void add(marker.label, marker.at) } }))
      .catch((error: unknown) => {
        insert(marker);
        toast(`The marker was not deleted. ${sentence(error)}`, { tone: "bad" });
      });
  };
  return { add, remove };
}
