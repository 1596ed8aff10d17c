import { UnstyledButton } from "@mantine/core";
import { Unplug } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { Activity, Message, MissedTime } from "../../gen/api";
import { kindOf, sentenceOf } from "../../lib/chat/activity";
import { MessageRow } from "../../lib/chat/Message";
import { written } from "../../lib/format";
import { clock, roughly } from "../../lib/time";
import classes from "./Chat.module.css";
import type { Line } from "./replay";

interface ChatLineProps {
  line: Line;
  /** What was deleted can be read. */
  readable: boolean;
  /** Goes to the moment; without it there is nothing to play. */
  onSeek: ((at: number) => void) | undefined;
  onPerson: (message: Message) => void;
}

/** One line of the replay, which leads to its moment. */
export const ChatLine = memo(function ChatLine({ line: { at, message, activity, gap }, readable, onSeek, onPerson }: ChatLineProps) {
  const lead = <Time at={at} onSeek={onSeek} />;
  // The whole line is what one clicks on with a mouse; the time is the button of it.
  return (
    <div
      className={classes.line} data-seek={onSeek ? true : undefined}
      onClick={(event) => {
        if (!(event.target as Element).closest("button, a") && getSelection()?.isCollapsed !== false) onSeek?.(at);
      }}
    >
      {message && <MessageRow message={message} lead={lead} readable={readable} onPerson={onPerson} />}
      {activity && <Happening activity={activity} lead={lead} />}
      {gap && <Missing gap={gap} lead={lead} />}
    </div>
  );
});

function Time({ at, onSeek }: Pick<ChatLineProps, "onSeek"> & { at: number }) {
  if (!onSeek) return <span className={classes.at}>{clock(at)}</span>;
  return <UnstyledButton component="button" className={classes.at} aria-label={`Go to ${clock(at)}`} onClick={() => onSeek(at)}>{clock(at)}</UnstyledButton>;
}

function Happening({ activity, lead }: { activity: Activity; lead: ReactNode }) {
  const { icon: Icon } = kindOf(activity.kind);
  const { who, what } = sentenceOf(activity);
  return (
    <div className={classes.happening}>
      {lead}
      <Icon size={15} aria-hidden="true" />
      <div>
        <b>{who}</b> {what}
        {activity.text && <div className={classes.words}>{activity.text}</div>}
      </div>
    </div>
  );
}

function Missing({ gap: { from, to, why, missing }, lead }: { gap: MissedTime; lead: ReactNode }) {
  return (
    <div className={classes.happening} data-gap>
      {lead}
      <Unplug size={15} aria-hidden="true" />
      <div>
        <b>Not captured for {roughly(to - from)}</b>
        <div className={classes.words}>{written(why)}{missing?.length > 0 && ` Missing: ${missing.join(", ")}.`}</div>
      </div>
    </div>
  );
}
