import { Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef, type ReactNode } from "react";
import type { Message, StreamSummary } from "../../gen/api";
import { all, api, type Page, type Query } from "../../lib/api";
import { MessageRow } from "../../lib/chat/Message";
import { ChatPictures } from "../../lib/chat/pictures";
import { useHighlight } from "../../lib/highlight";
import { More } from "../../lib/More";
import { Failure } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import { absolute, clock, linkTime } from "../../lib/time";
import classes from "./Hits.module.css";
import { around, placed, type Hit } from "./places";

interface HitsProps {
  /** The parameters of the list. */
  query: Query;
  /** What stands there when there are none. */
  none: ReactNode;
  /** Whose messages they are is known, and a name leads nowhere. */
  ofOne?: boolean;
}

/** Messages of all streams; each leads to its second. */
export function Hits({ query, none, ofOne = false }: HitsProps) {
  const readable = useMay("followChat");
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const list = useInfiniteQuery({
    queryKey: ["messages", query],
    queryFn: ({ pageParam, signal }) => api.get<Page<Message>>("/api/chat", { query: { ...query, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: (previous) => previous,
  });
  const Heading = ofOne ? "h3" : "h2";
  const messages = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const streams = useStreams(messages);
  useHighlight(box, String(query.q ?? ""));
  const onPerson = ({ user }: Message) => user.id && void navigate({ to: "/chat/people/$personId", params: { personId: user.id } });
  if (list.isPending) return <Loading />;
  if (list.isError && messages.length === 0) return <Failure title="The chat could not be searched" error={list.error} onRetry={() => void list.refetch()} />;
  if (messages.length === 0) return none;
  return (
    <ChatPictures>
      <div ref={box} className={classes.places} aria-busy={list.isPlaceholderData}>
        {placed(messages, streams).map(({ stream, hits }) => (
          <section key={hits[0]!.message.id} className={`panel ${classes.place}`} aria-label={stream?.title ?? "Outside of a stream"}>
            <div className={classes.head}>
              <Heading className={classes.stream}>
                {stream ? <Link to="/streams/$streamId" params={{ streamId: stream.id }}>{stream.title}</Link> : "Outside of a stream"}
              </Heading>
              <span className={classes.day}>{DAY.format(new Date(hits[0]!.message.sentAt))}</span>
            </div>
            {hits.map((hit) => (
              <MessageRow key={hit.message.id} message={hit.message} lead={<Lead hit={hit} stream={stream} />} readable={readable} onPerson={ofOne ? undefined : onPerson} />
            ))}
          </section>
        ))}
        {list.hasNextPage && <More list={list} />}
      </div>
    </ChatPictures>
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function Lead({ hit: { message, at }, stream }: { hit: Hit; stream: StreamSummary | undefined }) {
  const sent = new Date(message.sentAt);
  if (!stream || at === undefined) return <time className={classes.at} dateTime={message.sentAt} title={absolute(sent)}>{TIME.format(sent)}</time>;
  return (
    <Link
      to="/streams/$streamId" params={{ streamId: stream.id }} search={{ t: linkTime(at) }} preload={false}
      className={classes.at} title={absolute(sent)} aria-label={`Watch “${stream.title}” at ${clock(at)}`}
    >
      {clock(at)}
    </Link>
  );
}

const NONE: StreamSummary[] = [];

/** The streams that messages can have been written during. */
function useStreams(messages: Message[]): StreamSummary[] {
  const bounds = around(messages);
  const { data } = useQuery({
    queryKey: ["streams", "around", bounds],
    queryFn: ({ signal }) => all<StreamSummary>("/api/streams", { query: { ...bounds }, signal }),
    enabled: bounds !== undefined,
    placeholderData: (previous) => previous,
  });
  return data ?? NONE;
}

function Loading() {
  return (
    <div className={classes.places} role="status" aria-label="Loading messages">
      {Array.from({ length: 3 }, (_, i) => <Skeleton key={i} height={150} radius="lg" />)}
    </div>
  );
}
