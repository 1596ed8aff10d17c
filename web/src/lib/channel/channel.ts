import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, sentence } from "../api";
import { toast } from "../toasts";
import type { ChannelInfo } from "../../gen/api";
import { changes, type Draft } from "./info";

/** What Twitch shows of the channel. */
export const channelQuery = queryOptions({
  queryKey: ["twitch-channel"],
  queryFn: ({ signal }) => api.get<ChannelInfo>("/api/twitch/channel", { signal }),
  staleTime: 60_000,
  refetchOnWindowFocus: true,
});

/** Sends what a draft changes, and nothing else; it can be taken back. */
export function useSend() {
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: async (draft: Draft) => {
      const before = await client.fetchQuery({ ...channelQuery, staleTime: 0 });
      const changed = changes(before, draft);
      if (Object.keys(changed).length === 0) return { before, after: before, changed };
      return { before, after: await api.patch<ChannelInfo>("/api/twitch/channel", changed), changed };
    },
    onSuccess: ({ before, after, changed }) => {
      client.setQueryData(channelQuery.queryKey, after);
      const parts = Object.keys(changed).map((name) => WORDS[name] ?? name);
      if (parts.length === 0) return toast("Twitch shows this already");
      toast(`Twitch shows the new ${parts.join(", ")}`, {
        action: { label: "Undo", run: () => send.mutate(Object.fromEntries(Object.keys(changed).map((name) => [name, before[name as keyof ChannelInfo]])) as Draft) },
      });
    },
    onError: (error) => toast(`Twitch was not changed. ${sentence(error)}`, { tone: "bad" }),
  });
  return send;
}

const WORDS: Record<string, string> = { categoryId: "category" };
