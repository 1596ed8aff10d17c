import { Button } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { memo, useCallback, useDeferredValue, useEffect, useEffectEvent, useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { counted } from "../format";
import classes from "./ChatList.module.css";
import type { ChatLog } from "./log";
import { MessageRow } from "./Message";
import type { Message } from "./message";

/** So close to the end, in pixels, one is at it. */
const NEAR = 48;

interface ChatListProps {
  log: ChatLog;
  /** What was deleted can be read. */
  readable: boolean;
  /** What stands in front of a message, and what can be done with it; both steady. */
  lead?: (message: Message) => ReactNode;
  tools?: (message: Message) => ReactNode;
  onPerson?: (message: Message) => void;
}

/** Messages as they come, the newest at the end; the list holds still while one reads further up. It fills its place. */
export function ChatList({ log, ...row }: ChatListProps) {
  // Whatever one types or presses goes first.
  const { messages, count } = useDeferredValue(useSyncExternalStore(log.watch, log.current));
  const box = useRef<HTMLDivElement>(null);
  /** How many had come when one began to read further up; undefined while one follows. */
  const [since, setSince] = useState<number>();
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => box.current,
    getItemKey: useCallback((index: number) => messages[index]?.id ?? index, [messages]),
    estimateSize: () => 30,
    overscan: 8,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR,
  });
  useLayoutEffect(() => rows.scrollToEnd(), [rows]);
  const follow = useEffectEvent(() => since === undefined && rows.scrollToEnd());
  useEffect(() => {
    const watcher = new ResizeObserver(() => follow());
    watcher.observe(box.current!);
    return () => watcher.disconnect();
  }, []);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const paused = scrollHeight - scrollTop - clientHeight > NEAR;
    if (paused === (since !== undefined)) return;
    log.hold(paused);
    setSince(paused ? count : undefined);
  };
  const missed = since === undefined ? 0 : count - since;
  return (
    <div className={classes.frame}>
      <div ref={box} className={classes.box} role="log" aria-live="off" aria-label="Messages" tabIndex={0} onScroll={onScroll}>
        <div className={classes.sheet} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const message = messages[index];
            return message && (
              <div key={key} ref={rows.measureElement} data-index={index} className={classes.row} style={{ transform: `translateY(${start}px)` }}>
                <Row message={message} {...row} />
              </div>
            );
          })}
        </div>
      </div>
      {since !== undefined && (
        <Button className={classes.catchUp} size="compact-md" radius="xl" leftSection={<ArrowDown size={15} />} onClick={() => rows.scrollToEnd()}>
          {missed > 0 ? counted(missed, "new message") : "Back to the newest"}
        </Button>
      )}
    </div>
  );
}

type RowProps = Omit<ChatListProps, "log"> & { message: Message };

const Row = memo(function Row({ message, readable, lead, tools, onPerson }: RowProps) {
  return <MessageRow message={message} readable={readable} lead={lead?.(message)} tools={tools?.(message)} onPerson={onPerson} />;
});
