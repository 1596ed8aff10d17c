import { Reply as ReplyIcon } from "lucide-react";
import { memo, type CSSProperties, type ReactNode } from "react";
import { counted } from "../format";
import { Badges } from "./Badges";
import { nameColour } from "./colour";
import { Fragments } from "./Fragments";
import { nameOf, type Message } from "./message";
import classes from "./Message.module.css";

interface MessageRowProps {
  message: Message;
  /** What stands in front: the time, or a button that leads there. */
  lead?: ReactNode;
  /** What can be done with it; shown while one points at it. */
  tools?: ReactNode;
  /** What was deleted can be read, struck through; else one only sees that there was something. */
  readable: boolean;
  /** Makes the name a button. */
  onPerson?: (message: Message) => void;
}

/** One message: badges, name, what was written, and what it answers to. */
export const MessageRow = memo(function MessageRow({ message, lead, tools, readable, onPerson }: MessageRowProps) {
  const { user, badges, source, reply, text, fragments, bits, kind, deletedAt } = message;
  const name = nameOf(user);
  const shown = source?.badges ?? badges;
  const colour = nameColour(user.color, user.id ?? name);
  const style = { "--name-dark": colour.dark, "--name-light": colour.light } as CSSProperties;
  const hidden = deletedAt !== undefined && !readable;
  return (
    <div className={classes.row} data-deleted={deletedAt !== undefined || undefined} data-first={kind === "user_intro" || undefined} data-cheer={bits ? true : undefined}>
      {reply && !hidden && (
        <div className={classes.reply} title={reply.text}>
          <ReplyIcon size={13} aria-hidden="true" />
          <span>Replying to {nameOf(reply.person)}{reply.text && `: ${reply.text}`}</span>
        </div>
      )}
      <div className={classes.line}>
        {lead}
        {source && <span className={classes.source} title={`Written in the chat of ${nameOf(source.channel)}`}>{nameOf(source.channel)}</span>}
        {shown && shown.length > 0 && <span className={classes.badges}><Badges badges={shown} /></span>}
        {onPerson
          ? <button type="button" className={classes.name} style={style} onClick={() => onPerson(message)}>{name}</button>
          : <span className={classes.name} style={style}>{name}</span>}
        {user.login && user.name && user.name.toLowerCase() !== user.login.toLowerCase() && <span className={classes.login}> ({user.login})</span>}
        {kind === "user_intro" && <span className={classes.intro}>First message</span>}
        <span className={classes.colon}>: </span>
        {deletedAt === undefined
          ? <span className={classes.text}><Fragments text={text} fragments={fragments} /></span>
          : hidden ? <span className={classes.gone}>Message deleted</span>
          : <><del className={classes.text}><Fragments text={text} fragments={fragments} /></del> <span className={classes.gone}>deleted</span></>}
        {bits ? <span className={classes.bits}>{counted(bits, "bit")}</span> : null}
      </div>
      {tools && <div className={classes.tools}>{tools}</div>}
    </div>
  );
});
