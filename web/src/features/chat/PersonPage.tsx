import { Skeleton, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, Eraser, MessagesSquare, Search } from "lucide-react";
import { useState } from "react";
import type { Chatter, Erasing, StreamSummary } from "../../gen/api";
import { all, api, isGone } from "../../lib/api";
import { Confirm } from "../../lib/Confirm";
import { counted } from "../../lib/format";
import { LinkButton } from "../../lib/LinkButton";
import { Moment } from "../../lib/Moment";
import { Failure, Notice } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { useMay } from "../../lib/session";
import { Hits } from "./Hits";
import classes from "./PersonPage.module.css";

const route = getRouteApi("/app/chat/people/$personId");

/** Somebody who writes: since when, how much, during which streams, and what. */
export function PersonPage() {
  const { personId } = route.useParams();
  return <One key={personId} id={personId} />;
}

function One({ id }: { id: string }) {
  const [erased, setErased] = useState<Erasing & { name: string }>();
  const person = useQuery({
    queryKey: ["person", id],
    queryFn: ({ signal }) => api.get<Chatter>(`/api/chat/people/${encodeURIComponent(id)}`, { signal }),
    enabled: erased === undefined,
  });
  return (
    <div className={`${page.inner} ${classes.page}`}>
      <Link to="/chat" className={page.back}><ArrowLeft size={16} aria-hidden="true" />Chat</Link>
      {erased && <Erased {...erased} />}
      {!erased && person.isPending && <div role="status" aria-label="Loading"><Skeleton height={34} width="40%" mb={20} /><Skeleton height={160} radius="lg" /></div>}
      {!erased && isGone(person.error) && (
        <Notice page icon={<MessagesSquare size={26} />} title="Nothing of this person is kept" action={<LinkButton to="/chat" variant="default">Go to the chat</LinkButton>}>
          They wrote nothing that is still kept, or it was erased.
        </Notice>
      )}
      {!erased && person.error && !isGone(person.error) && !person.data && <Failure page title="This person could not be shown" error={person.error} onRetry={() => void person.refetch()} />}
      {!erased && person.data && !isGone(person.error) && <Content person={person.data} onErased={setErased} />}
    </div>
  );
}

function Content({ person, onErased }: { person: Chatter; onErased: (erased: Erasing & { name: string }) => void }) {
  const client = useQueryClient();
  const mayErase = useMay("manage");
  const { id, login, firstSeen, lastSeen, messages, deleted, bits, streams } = person;
  const name = person.name || login || "Somebody";
  const others = person.names.filter((other) => other !== name);
  return (
    <>
      <header className={classes.head}>
        <div>
          <Title order={1} className={classes.name}>{name}</Title>
          <p className={classes.text}>
            {login && login !== name.toLowerCase() && <>{login} · </>}
            {others.length > 0 ? `also seen as ${others.join(", ")}` : `id ${id}`}
          </p>
        </div>
        <div className={classes.tools}>
          <LinkButton to="/chat" search={{ user: id }} variant="default" leftSection={<Search size={16} />}>Search their messages</LinkButton>
          {mayErase && (
            <Confirm
              variant="subtle" color="red" c="var(--bad)" leftSection={<Eraser size={16} />} title={`Erase ${name}?`} loses yes="Erase everything" no="Keep it"
              text={
                <>
                  All that {name} has written and done is removed for good: {counted(messages, "message")} in the history, on the log, and in the sealed chats of past
                  streams. It cannot be brought back, and backups that you have made still hold it. What they write from now on is captured again.
                </>
              }
              run={async () => {
                const told = await api.post<Erasing>(`/api/chat/people/${encodeURIComponent(id)}/erase`);
                onErased({ ...told, name });
                for (const key of ["messages", "person", "chat", "replay", "happenings"]) client.removeQueries({ queryKey: [key] });
              }}
            >
              Erase…
            </Confirm>
          )}
        </div>
      </header>
      <dl className={classes.facts}>
        <Fact name="First seen"><Moment at={firstSeen} /></Fact>
        <Fact name="Last seen"><Moment at={lastSeen} /></Fact>
        <Fact name="Messages">{messages.toLocaleString("en")}</Fact>
        {deleted > 0 && <Fact name="Taken away">{deleted.toLocaleString("en")}</Fact>}
        {bits > 0 && <Fact name="Bits">{bits.toLocaleString("en")}</Fact>}
        <Fact name="Streams">{streams.length.toLocaleString("en")}</Fact>
      </dl>
      {streams.length > 0 && <Streams person={person} />}
      <Title order={2} size="h3" mb={12}>Messages</Title>
      <Hits query={{ user: id, sort: "-sentAt" }} ofOne none={<p className={classes.text}>Nothing that they wrote is kept.</p>} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

/** So many are shown before one asks for the others. */
const SOME = 6;

function Streams({ person: { id, firstSeen, lastSeen, streams } }: { person: Chatter }) {
  const [whole, setWhole] = useState(false);
  const from = new Date(Date.parse(firstSeen) - 3 * 24 * 3600_000).toISOString();
  const { data: known } = useQuery({
    queryKey: ["streams", "of", id, from, lastSeen],
    queryFn: ({ signal }) => all<StreamSummary>("/api/streams", { query: { from, to: lastSeen }, signal }),
  });
  const shown = whole ? streams : streams.slice(0, SOME);
  return (
    <section className={classes.streams} aria-label="Streams">
      <Title order={2} size="h3" mb={8}>Streams</Title>
      <ul>
        {shown.map(({ stream, messages }) => (
          <li key={stream}>
            <Link to="/streams/$streamId" params={{ streamId: stream }} className="ember-link">{known?.find((candidate) => candidate.id === stream)?.title ?? "A stream"}</Link>
            <span>{counted(messages, "message")}</span>
          </li>
        ))}
      </ul>
      {streams.length > shown.length && <button type="button" className={classes.rest} onClick={() => setWhole(true)}>Show all {streams.length}</button>}
    </section>
  );
}

/** What has become of what somebody had written. */
function Erased({ name, messages, activities, archives }: Erasing & { name: string }) {
  return (
    <div role="status">
      <Notice page icon={<Eraser size={26} />} title={`${name} is erased`} action={<LinkButton to="/chat" variant="default">Go to the chat</LinkButton>}>
        {counted(messages, "message")} and {activities.toLocaleString("en")} other {activities === 1 ? "trace" : "traces"} are gone from the history.
        {archives > 0 && ` The sealed chats of ${counted(archives, "stream")} are looked through right now, and written anew where it is needed.`}
      </Notice>
    </div>
  );
}
