import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { EventRecord, Live, StreamChat } from "../../gen/api";
import { api } from "../../lib/api";
import { countsOf, together, type Count } from "./viewers";

const NONE: Count[] = [];

/** How many watch the stream that is on, and how often it was not heard; `hear` takes what is told in the channel. */
export function useViewers({ live, stream, startedAt }: Live) {
  const [news, setNews] = useState(NONE);
  const { data } = useQuery({
    queryKey: ["live-viewers", stream],
    queryFn: ({ signal }) => api.get<StreamChat>(`/api/chat/streams/${stream}`, { query: { buckets: 1 }, signal }),
    enabled: live && stream !== undefined,
    staleTime: Infinity,
    gcTime: 0,
  });
  const hear = useCallback((records: EventRecord[]) => {
    const counts = countsOf(records);
    if (counts.length > 0) setNews((before) => together(before, counts, 0));
  }, []);
  const counts = useMemo(() => {
    const history = data?.viewers.map(({ seenAt, viewers }) => ({ at: Date.parse(seenAt) / 1_000, viewers })) ?? NONE;
    return live ? together(history, news, startedAt ? Date.parse(startedAt) / 1_000 : 0) : NONE;
  }, [data, news, live, startedAt]);
  return { counts, gaps: data?.gaps?.length ?? 0, hear };
}
