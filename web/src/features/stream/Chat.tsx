import { ActionIcon, Button, CloseButton, Skeleton, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, MessagesSquare, Search } from "lucide-react";
import { useState } from "react";
import type { Message, Stream, StreamChat } from "../../gen/api";
import { ChatPictures } from "../../lib/chat/pictures";
import { useTwitch } from "../../lib/connections";
import { counted } from "../../lib/format";
import { LinkButton } from "../../lib/LinkButton";
import { Failure, Notice } from "../../lib/Notice";
import type { Playback } from "../../lib/player/playback";
import { useMay } from "../../lib/session";
import { ChatImport } from "./ChatImport";
import { ChatLive } from "./ChatLive";
import { ChatMenu } from "./ChatMenu";
import { ChatReplay } from "./ChatReplay";
import { ChatSearch } from "./ChatSearch";
import classes from "./Chat.module.css";
import { chatQuery } from "./replay";

interface ChatProps {
  stream: Stream;
  /** The length of the stream, in seconds. */
  duration: number;
  playback: Playback;
  /** Something can be played, so that the chat goes with it. */
  ready: boolean;
}

/** What was written during the stream: in step with the player, or as it comes while the stream is live. */
export function Chat({ stream, duration, playback, ready }: ChatProps) {
  const live = stream.state === "live";
  const { data: chat, isPending, error, refetch } = useQuery(chatQuery(stream.id, live));
  const [searching, setSearching] = useState(false);
  const [importing, setImporting] = useState(false);
  const mayEdit = useMay("edit");
  const navigate = useNavigate();
  const onPerson = ({ user }: Message) => user.id && void navigate({ to: "/chat/people/$personId", params: { personId: user.id } });
  const captured = chat !== undefined && chat.messages + chat.activities > 0;
  return (
    <section className={`panel ${classes.panel}`} aria-label="Chat">
      <div className={classes.head}>
        <h2 className={classes.count}>{captured && !live ? counted(chat.messages, "message") : "Chat"}</h2>
        {live && <span className={classes.live}>Live</span>}
        {chat?.sealed && (
          <Tooltip label="It is in a file of its own, which is kept as long as the stream" multiline w={230} events={{ hover: true, focus: true, touch: true }}>
            <span className={classes.sealed} tabIndex={0}><Archive size={14} aria-hidden="true" />Sealed</span>
          </Tooltip>
        )}
        <span className={classes.space} />
        {captured && (searching
          ? <CloseButton size="lg" aria-label="Close the search" onClick={() => setSearching(false)} />
          : (
            <Tooltip label="Search in this chat">
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Search in this chat" onClick={() => setSearching(true)}><Search size={17} /></ActionIcon>
            </Tooltip>
          ))}
        {captured && <ChatMenu streamId={stream.id} onImport={mayEdit ? () => setImporting(true) : undefined} />}
      </div>
      {isPending && <Loading />}
      {error && !chat && <Failure title="The chat could not be loaded" error={error} onRetry={() => void refetch()} />}
      {chat && !captured && !live && <Nothing onImport={mayEdit ? () => setImporting(true) : undefined} />}
      {chat && (captured || live) && (
        <ChatPictures>
          <div className={classes.body}>
            {live && !ready
              ? <ChatLive channel={chat.channel} onPerson={onPerson} />
              : <ChatReplay streamId={stream.id} chat={chat} duration={lengthOf(chat, duration)} playback={playback} ready={ready} onPerson={onPerson} />}
            {searching && <ChatSearch streamId={stream.id} ready={ready} playback={playback} onClose={() => setSearching(false)} onPerson={onPerson} />}
          </div>
        </ChatPictures>
      )}
      <ChatImport opened={importing} onClose={() => setImporting(false)} streamId={stream.id} />
    </section>
  );
}

/** As long as there was chat, where that is longer than the stream: one without a recording has no length of its own. */
function lengthOf({ density, bucket }: StreamChat, duration: number): number {
  return Math.max(duration, density.length * bucket, 1);
}

/** Why there is no chat, and how to come by one. */
function Nothing({ onImport }: { onImport: (() => void) | undefined }) {
  const { twitch } = useTwitch();
  const mayManage = useMay("manage");
  const connected = twitch?.state === "connected";
  return (
    <Notice
      compact icon={<MessagesSquare size={26} />} title="No chat was captured"
      action={(onImport || (mayManage && !connected)) && (
        <div className={classes.ways}>
          {mayManage && !connected && <LinkButton to="/settings/connections" variant="light">Connect Twitch</LinkButton>}
          {onImport && <Button variant="default" onClick={onImport}>Import a chat file</Button>}
        </div>
      )}
    >
      {connected
        ? "Twitch is connected, but nobody wrote anything during this stream, or it was before the connection."
        : "Twitch was not connected. Once it is, the chat of every stream is kept and stands here, second by second."}
      {onImport && " A chat that TwitchDownloader has saved can be added."}
    </Notice>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the chat">
      {[72, 54, 86, 40, 64, 78, 48].map((width) => <Skeleton key={width} height={14} width={`${width}%`} />)}
    </div>
  );
}
