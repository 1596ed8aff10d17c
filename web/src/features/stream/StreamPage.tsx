import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { ArrowLeft, BookmarkPlus, Globe, History, Upload } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Clip, Stream, StreamClip } from "../../gen/api";
import { all, api, isGone } from "../../lib/api";
import { useCommands } from "../../lib/commands";
import { bytes } from "../../lib/format";
import { socket, useDocument } from "../../lib/live";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { askedTime } from "../../lib/player/moment";
import { Playback, type Playable, type Source } from "../../lib/player/playback";
import { useKeptPosition } from "../../lib/player/resume";
import { positionOf } from "../../lib/positions";
import { useMay } from "../../lib/session";
import { clock } from "../../lib/time";
import { chooseFiles } from "../../lib/uploads";
import { Clips } from "./Clips";
import { ClipStatus } from "./ClipStatus";
import { CopyMoment } from "./CopyMoment";
import { useLayers } from "./layers";
import { useMarkers } from "./markers";
import { Share } from "./Share";
import { Side } from "./Side";
import { StreamMenu } from "./StreamMenu";
import { StreamTitle } from "./StreamTitle";
import classes from "./StreamPage.module.css";

const route = getRouteApi("/app/streams/$streamId");
const Player = lazy(() => import("../../lib/player/Player").then((module) => ({ default: module.Player })));

/** One stream: player, chat, markers and clips, all on the stream's clock. */
export function StreamPage() {
  const { streamId } = route.useParams();
  return <OneStream key={streamId} id={streamId} />;
}

function OneStream({ id }: { id: string }) {
  const { data, isPending, error, refetch } = useDocument<Stream>(`stream/${id}`, (signal) => api.get(`/api/streams/${id}`, { signal }));
  return (
    <div className={`${page.inner} ${classes.page}`}>
      <Link to="/streams" className={page.back}><ArrowLeft size={16} aria-hidden="true" />Streams</Link>
      {isPending && <Loading />}
      {error && (!data || isGone(error)) && <Failure page title="This stream could not be shown" error={error} onRetry={() => void refetch()} />}
      {data && !isGone(error) && <Content stream={data} />}
    </div>
  );
}

function Content({ stream }: { stream: Stream }) {
  const { clip: chosen } = route.useSearch();
  const asked = useLocation({ select: ({ searchStr, hash }) => askedTime(searchStr, hash) });
  const [playback] = useState(() => new Playback());
  const clips = useClips(stream);
  const playables = useMemo(() => stream.clips.flatMap(playable), [stream.clips]);
  const source = useMemo(() => sourceOf(stream, playables), [stream, playables]);
  const { add, remove } = useMarkers(stream.id);
  const duration = Math.max(stream.duration, ...playables.map((clip) => clip.offset + clip.duration));
  const [kept] = useState(() => (asked === undefined && !chosen ? positionOf(stream.id)?.at : undefined));

  const start = asked ?? kept ?? stream.clips.find((clip) => clip.id === chosen)?.offset ?? 0;
  useEffect(() => {
    if (source) playback.show(source, start);
  }, [playback, source, start]);
  useEffect(() => {
    if (asked !== undefined) playback.seek(asked);
  }, [playback, asked]);
  useKeptPosition(playback, stream.id, duration);

  const readLog = useMay("readLog");
  const mayEdit = useMay("edit");
  const mayMark = useMay("mark");
  const layers = useLayers(stream.id, stream.state === "live");
  const mark = !mayMark ? undefined : playables.length > 0 ? () => playback.time : stream.clips.length === 0 ? () => undefined : undefined;
  useCommands(() => [
    ...(mark ? [{
      id: "mark", group: "This stream", title: "Add a marker here", keywords: "bookmark moment flag", icon: <BookmarkPlus size={18} />,
      hotkey: playables.length > 0 ? "M" : undefined, run: () => void add("Marker", mark()),
    }] : []),
    ...(mayEdit ? [{
      id: "upload-here", group: "This stream", title: "Add a recording to this stream", keywords: "upload import file", icon: <Upload size={18} />,
      run: () => chooseFiles(stream.id),
    }] : []),
  ]);

  const markers = [...stream.markers].sort((a, b) => a.at - b.at);
  return (
    <div className={classes.layout}>
      <div className={classes.stage}>
        {playables.length > 0 ? (
          <Suspense fallback={<Skeleton className={classes.screen} />}>
            <Player
              playback={playback} clips={playables} markers={markers} layers={layers} duration={duration} page={location.origin + location.pathname} continued={kept}
              onMark={mayMark ? add : undefined}
            />
          </Suspense>
        ) : (
          <div className={classes.screen}><ClipStatus clips={stream.clips} streamId={stream.id} live={stream.state === "live"} /></div>
        )}
      </div>
      <header className={classes.head}>
        <div className={classes.top}>
          <StreamTitle stream={stream} />
          {mayEdit && <div className={classes.actions}><Share stream={stream} /><StreamMenu stream={stream} /></div>}
        </div>
        <div className={classes.facts}>
          <Moment at={stream.startedAt || stream.createdAt} />
          {duration > 0 && <span className="tabular">{clock(duration)}</span>}
          {stream.size > 0 && <span className="tabular">{bytes(stream.size)}</span>}
          {playables.length > 0 && <CopyMoment playback={playback} page={location.origin + location.pathname} />}
          {stream.published && !mayEdit && <a href={`/watch/${stream.id}`} className={classes.history}><Globe size={15} aria-hidden="true" />Public</a>}
          {readLog && (
            <Link to="/log/state" search={{ topic: `stream/${stream.id}` }} className={classes.history} preload={false}>
              <History size={15} aria-hidden="true" />How it came to be
            </Link>
          )}
        </div>
      </header>
      <Side
        stream={{ ...stream, markers }} duration={duration} playback={playback} ready={playables.length > 0}
        onAdd={mayMark ? add : undefined} onRemove={remove}
      />
      <div className={classes.clips}>
        <Clips stream={stream} clips={clips} playables={playables} playback={playback} />
      </div>
    </div>
  );
}

const NONE: Clip[] = [];

/** Everything known of a stream's clips, read again whenever one of them has changed otherwise than in how far it is. */
function useClips(stream: Stream): Clip[] {
  const states = stream.clips.map((clip) => [clip.id, clip.state, clip.playable, clip.paused].join(":")).join();
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

/** The clip as the player knows it; nothing while it cannot be played. */
function playable(clip: StreamClip): Playable[] {
  const { id, name, offset, duration = 0, width, height, posterUrl, spritesUrl, hlsUrl } = clip;
  if (!clip.playable || !hlsUrl) return [];
  return [{ id, name, offset, duration, url: hlsUrl, width, height, posterUrl, spritesUrl, hasVideo: Boolean(width) }];
}

/** All clips as one video, or the only one there is by itself. */
function sourceOf(stream: Stream, clips: Playable[]): Source | undefined {
  const only = clips.length === 1 ? clips[0]?.url : undefined;
  const url = only ?? stream.hlsUrl;
  if (!url || clips.length === 0) return undefined;
  // With the last part there are more sizes than before.
  const done = stream.clips.filter((clip) => clip.playable).map((clip) => `${clip.id}:${clip.state === "packaged"}`);
  return { url, revision: done.join(), clips };
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
