import { Button, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, Pause, Play, ScrollText } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { EventRecord } from "../../gen/api";
import { counted } from "../../lib/format";
import { useNow } from "../../lib/Moment";
import { Notice } from "../../lib/Notice";
import { meQuery } from "../../lib/session";
import { absolute, timeOfDay } from "../../lib/time";
import { EventName } from "./EventName";
import { useHistory, type Start } from "./history";
import { otherDay, short, summary, who } from "./summary";
import classes from "./Tail.module.css";

const ROW = 40;

/** Why a log may have nothing to show. */
const EMPTY: Record<string, string> = {
  FACTS: "Everything that happens is written here and appears at once. Fewer filters show more.",
  TICKS: "Ticks are kept for an hour: progress of work shows here while it runs.",
  TIMERS: "A wake-up is written here when its time has come.",
  DEAD: "What could not be handled is written here. That nothing is here is good news.",
};

interface TailProps {
  start: Start;
  selected: number | undefined;
  onSelect: (seq: number | undefined) => void;
  onRestart: () => void;
}

/** The events, newest on top. It holds still while paused or scrolled down. */
export function Tail({ start, selected, onSelect, onRestart }: TailProps) {
  const [paused, setPaused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const { data: me } = useQuery(meQuery);
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const { events, waiting, more, loading, error, loadOlder, release } = useHistory(start, paused || scrolled, onRestart);
  const rows = useVirtualizer({ count: events.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12 });
  const rendered = rows.getVirtualItems();

  useEffect(() => {
    const at = events.findIndex((event) => event.seq === selected);
    if (at >= 0) rows.scrollToIndex(at);
    // Only a new selection scrolls; new events must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const down = scrollTop > ROW / 2;
    setScrolled(down);
    if (!down && scrolled && !paused) release();
    if (scrollHeight - scrollTop - clientHeight < 600 && !error) loadOlder();
  };
  const catchUp = () => {
    setPaused(false);
    release();
    box.current?.scrollTo({ top: 0 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = events.findIndex((candidate) => candidate.seq === selected);
    const target = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Enter: at < 0 ? 0 : at, Home: 0, End: events.length - 1 }[event.key];
    if (event.key === "Escape" && selected !== undefined) {
      event.preventDefault();
      return onSelect(undefined);
    }
    const chosen = target === undefined ? undefined : events[target];
    if (!chosen) return;
    event.preventDefault();
    onSelect(chosen.seq);
  };

  return (
    <>
      <div className={classes.bar}>
        <Button
          size="compact-sm" variant="subtle" color="gray" fw={450}
          leftSection={paused ? <Play size={13} /> : <Pause size={13} />}
          onClick={() => (paused ? catchUp() : setPaused(true))}
        >
          {paused ? "Resume" : "Pause"}
        </Button>
        <span className={classes.state} role="status">
          {waiting > 0 ? "" : paused ? "Paused" : scrolled ? "Held while you look" : "Following"}
        </span>
        {waiting > 0 && (
          <Button size="compact-sm" variant="light" leftSection={<ArrowUp size={13} />} onClick={catchUp}>
            {counted(waiting, "new event")}
          </Button>
        )}
      </div>
      {events.length === 0 ? (
        <Notice icon={<ScrollText size={26} />} title="No such event yet">
          {EMPTY[start.filter.log]}
        </Notice>
      ) : (
        <div
          ref={box}
          className={classes.box}
          role="listbox"
          tabIndex={0}
          aria-label="Events, newest first"
          aria-activedescendant={rendered.some(({ index }) => events[index]?.seq === selected) ? `event-${selected}` : undefined}
          onScroll={onScroll}
          onKeyDown={onKeyDown}
        >
          <div className={classes.sheet} style={{ height: rows.getTotalSize() }}>
            {rendered.map(({ index, start: top }) => {
              const event = events[index];
              if (!event) return null;
              return (
                <div
                  key={event.seq}
                  id={`event-${event.seq}`}
                  className={classes.row}
                  role="option"
                  aria-selected={event.seq === selected}
                  aria-posinset={index + 1}
                  aria-setsize={more ? -1 : events.length}
                  style={{ transform: `translateY(${top}px)`, height: ROW }}
                  onClick={() => onSelect(event.seq)}
                >
                  <Cells event={event} now={now} me={me?.id} />
                </div>
              );
            })}
          </div>
          {(loading || error) && (
            <div className={classes.more}>
              {loading ? <Loader size="sm" aria-label="Loading older events" /> : <Button variant="default" onClick={loadOlder}>{error} Try again</Button>}
            </div>
          )}
        </div>
      )}
    </>
  );
}

function Cells({ event, now, me }: { event: EventRecord; now: Date; me: string | undefined }) {
  const date = new Date(event.time);
  const day = otherDay(date, now);
  return (
    <>
      <time className={classes.time} dateTime={event.time} title={absolute(date)}>
        {day && <span className={classes.day}>{day}</span>}
        {timeOfDay(date)}
      </time>
      <EventName event={event.event} aggregate={event.aggregate} />
      <span className={classes.summary}>{summary(event.data, event.aggregateId)}</span>
      <span className={classes.id} title={`${event.aggregate}/${event.aggregateId}`}>{event.aggregate}/{short(event.aggregateId)}</span>
      <span className={classes.actor} title={event.actor}>{who(event.actor, me)}</span>
      <span className={classes.seq}>{event.seq}</span>
    </>
  );
}
