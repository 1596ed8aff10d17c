/** What chat and activity put on the player's timeline. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Activity, StreamChat } from "../../gen/api";
import { all } from "../../lib/api";
import { sentenceOf } from "../../lib/chat/activity";
import { written } from "../../lib/format";
import type { Layers } from "../../lib/player/layers";
import { chatQuery } from "./replay";

/** Kinds that are worth to be found again; the others are too many, or no news. */
const SHOWN = new Set(["subscription", "resubscription", "gifts", "cheer", "raid", "raid_out", "redemption", "poll", "prediction", "hype_train", "announcement", "follow"]);

/** How much was written, what happened and what was not heard, as the timeline draws it. */
export function layersOf(chat: StreamChat, activities: Activity[]): Layers {
  return {
    density: chat.messages > 0 ? { counts: chat.density, bucket: chat.bucket } : undefined,
    gaps: chat.gaps.map(({ from, to, why }) => ({ from, to, why: `Not captured. ${written(why)}` })),
    moments: activities
      .filter(({ alert, kind, phase, at }) => alert && SHOWN.has(kind) && (!phase || phase === "begin") && at !== undefined)
      .map((activity) => {
        const { who, what } = sentenceOf(activity);
        return { id: activity.id, at: activity.at!, label: `${who} ${what}` };
      }),
  };
}

export function useLayers(streamId: string, live: boolean): Layers | undefined {
  const { data: chat } = useQuery(chatQuery(streamId, live));
  const { data: activities } = useQuery({
    queryKey: ["happenings", streamId, live],
    queryFn: ({ signal }) => all<Activity>("/api/activity", { query: { stream: streamId }, signal }),
    enabled: chat !== undefined && chat.activities > 0,
  });
  return useMemo(() => chat && layersOf(chat, activities ?? []), [chat, activities]);
}
