import { Button, Skeleton } from "@mantine/core";
import type { Message } from "../../gen/api";
import { sentence } from "../../lib/api";
import { ChatList } from "../../lib/chat/ChatList";
import { useChat } from "../../lib/chat/useChat";
import { useMay } from "../../lib/session";
import classes from "./Chat.module.css";

/** The chat as it comes, while the stream is live. */
export function ChatLive({ channel, onPerson }: { channel: string; onPerson: (message: Message) => void }) {
  if (!channel) return <p className={classes.quiet}>It is not known yet which channel this stream is on. Its chat stands here as soon as that is.</p>;
  return <Following key={channel} channel={channel} onPerson={onPerson} />;
}

function Following({ channel, onPerson }: { channel: string; onPerson: (message: Message) => void }) {
  const readable = useMay("followChat");
  const { log, empty, history, follows } = useChat(channel);
  if (history.isPending) return <div className={classes.loading} role="status" aria-label="Loading the chat"><Skeleton height={14} width="70%" /><Skeleton height={14} width="50%" /></div>;
  return (
    <>
      {history.isError && (
        <div className={classes.trouble} role="alert">
          {sentence(history.error)} <Button size="compact-sm" variant="default" onClick={() => void history.refetch()}>Try again</Button>
        </div>
      )}
      {empty && !history.isError && <p className={classes.quiet}>Nobody has written anything yet.</p>}
      <ChatList log={log} readable={readable} onPerson={onPerson} />
      {!follows && (
        <div className={classes.trouble} data-mild>
          As it was when you came. <Button size="compact-sm" variant="default" loading={history.isFetching} onClick={() => void history.refetch()}>Read on</Button>
        </div>
      )}
    </>
  );
}
