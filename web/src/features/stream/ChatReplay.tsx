import { Button, Loader } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffectEvent, useLayoutEffect, useRef } from "react";
import type { Message, StreamChat } from "../../gen/api";
import { sentence } from "../../lib/api";
import { usePlaybackTime, type Playback } from "../../lib/player/playback";
import { useMay } from "../../lib/session";
import { clock } from "../../lib/time";
import { ChatLine } from "./ChatLine";
import classes from "./Chat.module.css";
import { useReplay } from "./replay";

interface ChatReplayProps {
  streamId: string;
  chat: StreamChat;
  duration: number;
  playback: Playback;
  ready: boolean;
  onPerson: (message: Message) => void;
}

/** So close to its end a list counts as at its end, in pixels. */
const NEAR = 60;
/** So far from an edge more is read, in pixels. */
const EARLY = 400;

/** The chat as it was at the play position. It holds still while one looks around in it. */
export function ChatReplay({ onPerson, ...replayed }: ChatReplayProps) {
  const { playback, ready } = replayed;
  const { all, count, pending, error, following, hold, follow, further, retry } = useReplay(replayed);
  const readable = useMay("followChat");
  const box = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  /** Somebody has a hand on the list; else it moves because what is in it does. */
  const touched = useRef(false);
  const shown = following ? count : all.length;
  const rows = useVirtualizer({
    count: shown, getScrollElement: () => box.current, estimateSize: () => 32, overscan: 8,
    getItemKey: useCallback((index: number) => all[index]?.key ?? index, [all]),
    anchorTo: "end",
  });
  const toEnd = useEffectEvent(() => rows.scrollToEnd());
  useLayoutEffect(() => {
    if (!following) return;
    touched.current = false;
    toEnd();
  }, [following, shown, all]);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const below = scrollHeight - scrollTop - clientHeight;
    const up = scrollTop < top.current;
    top.current = scrollTop;
    if (following && up && below > NEAR && touched.current) hold();
    if (following) return;
    if (scrollTop < EARLY) further(-1);
    else if (below < EARLY) further(1);
  };
  const touch = () => {
    touched.current = true;
  };
  const onSeek = useCallback((at: number) => {
    playback.seek(at);
    follow();
  }, [playback, follow]);
  return (
    <>
      <div
        ref={box} className={classes.box} role="log" aria-live="off" aria-label="Chat of the stream" tabIndex={0} onScroll={onScroll}
        onWheel={touch} onTouchMove={touch} onPointerDown={touch} onKeyDown={touch}
      >
        {shown === 0 && !pending && !error && <p className={classes.quiet}>{ready ? "Nobody has written anything up to here." : "Nobody wrote anything here."}</p>}
        <div className={classes.sheet} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const line = all[index];
            return line && (
              <div
                key={key} ref={rows.measureElement} data-index={index} className={classes.row} data-now={(ready && index === count) || undefined}
                style={{ transform: `translateY(${start}px)` }}
              >
                <ChatLine line={line} readable={readable} onSeek={ready ? onSeek : undefined} onPerson={onPerson} />
              </div>
            );
          })}
        </div>
      </div>
      {pending && <div className={classes.waiting}><Loader size="xs" aria-label="Loading messages" /></div>}
      {error && (
        <div className={classes.trouble} role="alert">
          {sentence(error)} <Button size="compact-sm" variant="default" onClick={retry}>Try again</Button>
        </div>
      )}
      {!following && ready && <BackToNow playback={playback} onClick={follow} />}
    </>
  );
}

function BackToNow({ playback, onClick }: { playback: Playback; onClick: () => void }) {
  const time = usePlaybackTime(playback);
  return (
    <Button className={classes.back} size="compact-md" radius="xl" leftSection={<ArrowDown size={15} />} onClick={onClick}>
      <span className="tabular">Back to {clock(time)}</span>
    </Button>
  );
}
