import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, BookmarkPlus, History, Upload } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Clip, Stream, StreamClip } from "../../gen/api";
import { all, api } from "../../lib/api";
import { useCommands } from "../../lib/commands";
import { socket, useDocument } from "../../lib/live";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import { clock, parseStreamTime } from "../../lib/time";
import { chooseFiles } from "../../lib/uploads";
import { Clips } from "./Clips";
import { ClipStatus } from "./ClipStatus";
import { Markers } from "./Markers";
import { useMarkers } from "./markers";
import { Playback, type Playable } from "./player/playback";
import { Share } from "./Share";
import { StreamTitle } from "./StreamTitle";
import classes from "./StreamPage.module.css";

const route = getRouteApi("/app/streams/$streamId");
const Player = lazy(() => import("./player/Player").then((module) => ({ default: module.Player })));

/** One stream: player, markers and clips, all on the stream's clock. */
export function StreamPage() {
  const { streamId } = route.useParams();
  return <OneStream key={streamId} id={streamId} />;
}

function OneStream({ id }: { id: string }) {
  const { data, isPending, error, refetch } = useDocument<Stream>(`stream/${id}`, (signal) => api.get(`/api/streams/${id}`, { signal }));
  return (
    <div className={classes.page}>
      <Link to="/streams" className={classes.back}><ArrowLeft size={16} aria-hidden="true" />Streams</Link>
      {isPending && <Loading />}
      {error && !data && <Failure page title="This stream could not be shown" error={error} onRetry={() => void refetch()} />}
      {data && <Content stream={data} />}
    </div>
  );
}

function Content({ stream }: { stream: Stream }) {
  const { t, clip: chosen } = route.useSearch();
  const [playback] = useState(() => new Playback());
  const clips = useClips(stream);
  const playable = useMemo(() => playables(stream.clips, clips), [stream.clips, clips]);
  const { add, remove } = useMarkers(stream.id);
  const duration = Math.max(stream.duration, ...playable.map((clip) => clip.offset + clip.duration));

  const start = (t && parseStreamTime(t)) || stream.clips.find((clip) => clip.id === chosen)?.offset || 0;
  useEffect(() => playback.setClips(playable, start), [playback, playable, start]);
  useEffect(() => {
    const at = t && parseStreamTime(t);
    if (at) playback.seek(at);
  }, [playback, t]);

  const readLog = useMay("readLog");
  const mayEdit = useMay("edit");
  const mayMark = useMay("mark");
  const mark = !mayMark ? undefined : playable.length > 0 ? () => playback.time : stream.clips.length === 0 ? () => undefined : undefined;
  useCommands(() => [
    ...(mark ? [{
      id: "mark", group: "This stream", title: "Add a marker here", keywords: "bookmark moment flag", icon: <BookmarkPlus size={18} />,
      hotkey: playable.length > 0 ? "M" : undefined, run: () => void add("Marker", mark()),
    }] : []),
    ...(mayEdit ? [{
      id: "upload-here", group: "This stream", title: "Add a recording to this stream", keywords: "upload import file", icon: <Upload size={18} />,
      run: () => chooseFiles(stream.id),
    }] : []),
  ]);

  // Known before the clips themselves are, so that a label that is being typed stays where it is.
  const watchable = stream.clips.some((clip) => clip.state === "packaged");
  const markers = [...stream.markers].sort((a, b) => a.at - b.at);
  return (
    <div className={classes.layout}>
      <div className={classes.stage}>
        {playable.length > 0 ? (
          <Suspense fallback={<Skeleton className={classes.screen} />}>
            <Player playback={playback} clips={playable} markers={markers} duration={duration} onMark={mayMark ? add : undefined} />
          </Suspense>
        ) : (
          <div className={classes.screen}><ClipStatus clips={stream.clips} streamId={stream.id} /></div>
        )}
      </div>
      <header className={classes.head}>
        <StreamTitle stream={stream} />
        <div className={classes.facts}>
          <Moment at={stream.startedAt || stream.createdAt} />
          {duration > 0 && <span className="tabular">{clock(duration)}</span>}
          {playable.length > 0 && <Share playback={playback} />}
          {readLog && (
            <Link to="/log/state" search={{ topic: `stream/${stream.id}` }} className={classes.history} preload={false}>
              <History size={15} aria-hidden="true" />How it came to be
            </Link>
          )}
        </div>
      </header>
      <aside className={classes.side}>
        <Markers
          markers={markers} playback={playback} ready={watchable} bare={stream.clips.length === 0} onAdd={mayMark ? add : undefined} onRemove={remove}
        />
      </aside>
      <div className={classes.clips}>
        <Clips stream={stream} clips={clips} playback={playback} />
      </div>
    </div>
  );
}

const NONE: Clip[] = [];

/** Everything known of a stream's clips, read again whenever one of them changes its state. */
function useClips(stream: Stream): Clip[] {
  const states = stream.clips.map((clip) => `${clip.id}:${clip.state}`).join();
  const { data } = useQuery({
    queryKey: ["clips", stream.id, states],
    queryFn: ({ signal }) => all<Clip>("/api/clips", {
      query: { stream: stream.id }, signal, after: socket.value(`stream/${stream.id}`)?.position,
    }),
    enabled: states !== "",
    placeholderData: (previous) => previous,
  });
  return data ?? NONE;
}

/** What can be played, in stream order. */
function playables(order: StreamClip[], clips: Clip[]): Playable[] {
  const known = new Map(clips.map((clip) => [clip.id, clip]));
  return order.flatMap(({ id, name, offset }) => {
    const clip = known.get(id);
    if (clip?.state !== "packaged" || !clip.hlsUrl) return [];
    return [{
      id, name, offset,
      duration: clip.duration ?? 0,
      hlsUrl: clip.hlsUrl,
      frameRate: clip.video?.frameRate,
      posterUrl: clip.posterUrl,
      spritesUrl: clip.spritesUrl,
      hasVideo: clip.video !== undefined,
    }];
  }).sort((a, b) => a.offset - b.offset);
}

function Loading() {
  return (
    <div className={classes.layout} role="status" aria-label="Loading the stream">
      <div className={classes.stage}><Skeleton className={classes.screen} /></div>
      <div className={classes.head}><Skeleton height={30} width="50%" /></div>
      <div className={classes.side}><Skeleton height={320} radius="lg" /></div>
    </div>
  );
}
