import { Skeleton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { BookmarkPlus, Radio } from "lucide-react";
import { useCommands } from "../../lib/commands";
import { useTwitch, type Connection } from "../../lib/connections";
import { Failure } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import type { Bridge, Live } from "../../gen/api";
import { useBridges } from "../../lib/bridges";
import { Board } from "./Board";
import classes from "./LivePage.module.css";
import { Lost } from "./Lost";
import { OnAir } from "./OnAir";
import { useLive, useOnAir } from "./onAir";
import { Steps } from "./Steps";
import { useViewers } from "./useViewers";

const NONE: Bridge[] = [];

/** The stream now: chat, activity, what Twitch shows, markers, the plan, and whether all of it is captured. */
export function LivePage() {
  const live = useLive();
  const { twitch, isPending } = useTwitch();
  const bridges = useBridges();
  if (live.data && !isPending && !bridges.isPending) return <Now live={live.data} twitch={twitch} bridges={bridges.data?.items ?? NONE} />;
  return (
    <div className={classes.page}>
      {live.error ? <Failure page title="What is live could not be read" error={live.error} onRetry={() => void live.refetch()} /> : <Loading />}
    </div>
  );
}

function Now({ live, twitch, bridges }: { live: Live; twitch: Connection | undefined; bridges: Bridge[] }) {
  const does = useOnAir();
  const mayMark = useMay("mark") && live.live;
  const mayEdit = useMay("edit");
  useHotkeys(mayMark ? [["M", () => void does.mark("Marker", "hotkey")]] : []);
  useCommands(() => [
    ...(mayMark ? [{
      id: "mark", group: "Live", title: "Mark this moment", keywords: "bookmark marker flag", icon: <BookmarkPlus size={18} />, hotkey: "M",
      run: () => void does.mark("Marker"),
    }] : []),
    ...(mayEdit && !live.live ? [{
      id: "go-live", group: "Live", title: "Go live", keywords: "start begin stream", icon: <Radio size={18} />, run: () => does.start.mutate(),
    }] : []),
  ]);
  const channel = twitch?.channel || live.channel;
  const viewers = useViewers(live);
  const bare = !channel && bridges.length === 0 && !live.live;
  return (
    <div className={classes.page} data-bare={bare || undefined}>
      <OnAir live={live} does={does} glance={{ twitch, bridges, viewers: live.live ? viewers.counts.at(-1)?.viewers : undefined }} />
      {twitch && <Lost twitch={twitch} />}
      {bare ? <Steps /> : (
        <Board live={live} twitch={twitch} bridges={bridges} channel={channel} viewers={viewers} onMark={mayMark ? (label) => does.mark(label) : undefined} />
      )}
    </div>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading what is live">
      <Skeleton height={36} width="40%" />
      <div><Skeleton radius="lg" /><Skeleton radius="lg" /><Skeleton radius="lg" /></div>
    </div>
  );
}
