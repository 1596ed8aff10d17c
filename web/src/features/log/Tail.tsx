import { Button, Loader } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, Pause, Play, ScrollText } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { counted } from "../../lib/format";
import { Notice } from "../../lib/Notice";
import { absolute, timeOfDay } from "../../lib/time";
import { EventName } from "./EventName";
import { useHistory, type Start } from "./history";
import classes from "./Tail.module.css";

const ROW = 40;

interface TailProps {
  start: Start;
  selected: number | undefined;
  onSelect: (seq: number | undefined) => void;
  onGap: () => void;
}

/** The events, newest on top. It holds still while paused or scrolled down. */
export function Tail({ start, selected, onSelect, onGap }: TailProps) {
  const [paused, setPaused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { events, waiting, more, loading, error, loadOlder, release } = useHistory(start, paused || scrolled, onGap);
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
          size="compact-md" variant="subtle" color="gray"
          leftSection={paused ? <Play size={14} /> : <Pause size={14} />}
          onClick={() => (paused ? catchUp() : setPaused(true))}
        >
          {paused ? "Resume" : "Pause"}
        </Button>
        <span className={classes.state} role="status">
          {waiting > 0 ? "" : paused ? "Paused" : scrolled ? "Held while you look" : "Following"}
        </span>
        {waiting > 0 && (
          <Button size="compact-md" variant="light" leftSection={<ArrowUp size={14} />} onClick={catchUp}>
            {counted(waiting, "new event")}
          </Button>
        )}
      </div>
      {events.length === 0 ? (
        <Notice icon={<ScrollText size={26} />} title="No such event yet">
          {start.filter.log === "TICKS" ? "Ticks are kept for an hour: progress of work shows here while it runs."
            : "Everything that happens is written here and appears at once. Fewer filters show more."}
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
              const date = new Date(event.time);
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
                  <time className={classes.time} dateTime={event.time} title={absolute(date)}>{timeOfDay(date)}</time>
                  <EventName event={event.event} aggregate={event.aggregate} />
                  <span className={classes.id}>{event.aggregate}/{event.aggregateId}</span>
                  <span className={classes.actor}>{event.actor}</span>
                  <span className={classes.seq}>{event.seq}</span>
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
