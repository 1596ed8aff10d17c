import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Live, Marker } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { showAnswer, useDocument } from "../../lib/live";
import { clock } from "../../lib/time";
import { toast } from "../../lib/toasts";

/** What is on air, pushed as it changes. */
export function useLive() {
  return useDocument<Live>("live", (signal) => api.get("/api/live", { signal }));
}

/** Begins and ends the live stream by hand, and flags moments of it. */
export function useOnAir() {
  const client = useQueryClient();
  const tell = (path: string) => showAnswer(client, "live", () => api.post<Live>(path));
  const start = useMutation({
    mutationFn: () => tell("/api/live/start"),
    onError: (error) => toast(`You are not live. ${sentence(error)}`, { tone: "bad" }),
  });
  const stop = () => tell("/api/live/stop");
  const mark = async (label: string, source?: "hotkey"): Promise<boolean> => {
    try {
      const marker = await api.post<Marker>("/api/live/markers", { label, source });
      toast(`Marked ${clock(marker.at)}`);
      return true;
    } catch (error) {
      toast(`The marker was not saved. ${sentence(error)}`, { tone: "bad" });
      return false;
    }
  };
  return { start, stop, mark };
}

const SOURCES = { twitch: "Twitch", obs: "OBS", button: "the button" };

/** What holds the live stream: `Twitch and OBS`. */
export function sourcesOf({ sources }: Live): string {
  const names = sources.map(({ source }) => SOURCES[source] ?? source);
  return names.length < 2 ? (names[0] ?? "nothing") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
