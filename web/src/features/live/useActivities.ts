import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Activity } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import { activityOf } from "../../lib/chat/activity";
import { told } from "../../lib/chat/message";
import { useFeed } from "../../lib/live";
import { merged } from "./activities";

const NONE: Activity[] = [];

/** The activity of a channel as it goes on; `onNews` hears of each once it happens. */
export function useActivities(channel: string, onNews: (activities: Activity[]) => void) {
  const [news, setNews] = useState(NONE);
  const history = useQuery({
    queryKey: ["live-activity", channel],
    queryFn: ({ signal }) => api.get<Page<Activity>>("/api/activity", { query: { channel, limit: 100 }, signal }),
    staleTime: Infinity,
    gcTime: 0,
  });
  const { data, refetch } = history;
  useFeed(`activity/${channel}`, {
    since: data && Math.max(0, ...data.items.map(({ seq }) => seq)),
    onEvents: (records) => {
      const heard = records.flatMap((record) => {
        const seen = told(record, "channel.activity_seen");
        return seen ? [activityOf(record, seen)] : [];
      });
      setNews((before) => merged(before, heard));
      onNews(heard);
    },
    onGap: () => void refetch(),
  });
  const activities = useMemo(() => merged(data?.items ?? NONE, news), [data, news]);
  return { history, activities };
}
