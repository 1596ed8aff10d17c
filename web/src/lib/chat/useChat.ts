import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { EventRecord } from "../../gen/api";
import { api, type Page } from "../api";
import type { Message } from "./message";
import { useFeed } from "../live";
import { useMay } from "../session";
import { ChatLog } from "./log";

const FIRST = 200;

/**
 * The chat of a channel as it goes on: its newest messages out of the history, then what comes, as it stands after
 * what was taken away. Who shows them looks at the log, so that nothing else is rendered with every message.
 * `onEvents` hears all that is told in the channel.
 */
export function useChat(channel: string, onEvents?: (records: EventRecord[]) => void) {
  const [log] = useState(() => new ChatLog());
  const empty = useSyncExternalStore(log.watch, () => log.current().messages.length === 0);
  const follows = useMay("followChat");
  const history = useQuery({
    queryKey: ["live-chat", channel],
    queryFn: ({ signal }) => api.get<Page<Message>>("/api/chat", { query: { channel, limit: FIRST, sort: "-sentAt" }, signal }),
    staleTime: Infinity,
    gcTime: 0,
  });
  const { data, refetch } = history;
  useEffect(() => {
    if (data) log.begin(data.items);
  }, [log, data]);
  useFeed(`chat/${channel}`, {
    since: data && follows ? Math.max(0, ...data.items.map(({ seq }) => seq)) : undefined,
    onEvents: (records) => {
      log.apply(records);
      onEvents?.(records);
    },
    onGap: () => void refetch(),
  });
  return { log, empty, history, follows };
}
