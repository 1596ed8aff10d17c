import { Skeleton } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Reactor } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import { Badge, type Tone } from "../../lib/Badge";
import { counted, written } from "../../lib/format";
import type { Board } from "../../gen/api";
import { Moment } from "../../lib/Moment";
import { useMay } from "../../lib/session";
import pageClasses from "./JobsPage.module.css";
import { endings } from "./order";
import classes from "./Reactors.module.css";

/** Who does the work: each reactor, what it has to do, and how its last day went. */
export function Reactors({ board }: { board: Board | undefined }) {
  const days = useQuery({
    queryKey: ["reactors", board && endings(board)],
    queryFn: async ({ signal }) => (await api.get<Page<Reactor>>("/api/reactors", { signal })).items,
    enabled: board !== undefined,
    placeholderData: keepPreviousData,
  });
  if (!board) {
    return (
      <div className={pageClasses.list} role="status" aria-label="Loading the reactors">
        {Array.from({ length: 3 }, (_, i) => <Skeleton key={i} height={128} radius="lg" />)}
      </div>
    );
  }
  return (
    <ul className={classes.grid}>
      {board.reactors.map((reactor) => (
        <Card key={reactor.name} reactor={{ ...reactor, lastDay: days.data?.find(({ name }) => name === reactor.name)?.lastDay }} />
      ))}
    </ul>
  );
}

function Card({ reactor }: { reactor: Reactor }) {
  const { tone, label } = stateOf(reactor);
  const { lastDay } = reactor;
  const readLog = useMay("readLog");
  return (
    <li className={`panel ${classes.reactor}`}>
      <div className={classes.head}>
        <h2 className={classes.name}>{reactor.name}</h2>
        <Badge tone={tone}>{label}</Badge>
      </div>
      <p className={classes.doc}>{reactor.doc}</p>
      <p className={classes.events}>
        Acts on {reactor.events.map((name) => (
          readLog ? <Link key={name} to="/log" search={{ name }} className={classes.event} preload={false}>{name}</Link> : <span key={name} className={classes.event}>{name}</span>
        ))}
      </p>
      {!reactor.quiet && (
        <dl className={classes.counts}>
          <Count name="Running" value={reactor.running} />
          <Count name="Waiting" value={reactor.waiting} />
          <Count name="Done in 24 h" value={lastDay?.done} />
          <Count name="Failed in 24 h" value={lastDay?.failed} bad />
        </dl>
      )}
      {reactor.quiet && <p className={classes.note}>Too quick for its work to be listed.</p>}
      {reactor.retrying > 0 && <p className={classes.note}>{counted(reactor.retrying, "job")} failed before and will be tried again.</p>}
      {reactor.waitingSince && <p className={classes.note}>The oldest has waited since <Moment at={reactor.waitingSince} />.</p>}
      {lastDay?.reason && <p className={classes.reason}>{written(lastDay.reason)}</p>}
      {!reactor.quiet && <Link to="/jobs" search={{ reactor: reactor.name }} className="ember-link" aria-label={`Its jobs: ${reactor.name}`}>Its jobs</Link>}
      {readLog && reactor.openLetters > 0 && (
        <Link to="/jobs" search={{ view: "letters", source: reactor.name }} className="ember-link">{counted(reactor.openLetters, "dead letter")}</Link>
      )}
    </li>
  );
}

function Count({ name, value, bad = false }: { name: string; value: number | undefined; bad?: boolean }) {
  return (
    <div data-bad={(bad && value) || undefined}>
      <dd>{value?.toLocaleString("en") ?? "–"}</dd>
      <dt>{name}</dt>
    </div>
  );
}

function stateOf({ running, waiting, openLetters }: Reactor): { tone: Tone; label: string } {
  if (running > 0) return { tone: "busy", label: "Working" };
  if (openLetters > 0) return { tone: "bad", label: "Needs a look" };
  return waiting > 0 ? { tone: "calm", label: "Waiting" } : { tone: "good", label: "Ready" };
}
