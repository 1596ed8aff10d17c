import { Button, Skeleton } from "@mantine/core";
import { MessagesSquare, Reply, RotateCcw } from "lucide-react";
import { useCallback, useState } from "react";
import { ChatList } from "../../lib/chat/ChatList";
import { nameOf, type Message } from "../../lib/chat/message";
import { ChatPictures } from "../../lib/chat/pictures";
import type { useChat } from "../../lib/chat/useChat";
import { Failure } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import classes from "./Chat.module.css";
import { Panel } from "./Panel";
import { SendBox } from "./SendBox";

/** What is written, as it is written; it holds still while one reads further up. */
export function Chat({ chat, connected }: { chat: ReturnType<typeof useChat>; connected: boolean }) {
  const { log, empty, history, follows } = chat;
  const mayWrite = useMay("mark") && connected;
  const [answering, setAnswering] = useState<Message>();
  const tools = useCallback((message: Message) => mayWrite && !message.deletedAt && <ReplyButton message={message} onReply={setAnswering} />, [mayWrite]);
  return (
    <Panel
      title="Chat" fills
      tools={!follows && <Button size="compact-sm" variant="subtle" color="gray" leftSection={<RotateCcw size={13} />} loading={history.isFetching} onClick={() => void history.refetch()}>Read again</Button>}
    >
      <ChatPictures>
        {history.isPending && <Loading />}
        {history.isError && empty && <Failure title="The chat could not be read" error={history.error} onRetry={() => void history.refetch()} />}
        {history.data && empty && (
          <div className={classes.empty}>
            <MessagesSquare size={24} aria-hidden="true" />
            <p>Nobody has written yet. What is written shows here at once, and is kept.</p>
          </div>
        )}
        {!empty && <ChatList log={log} readable={follows} tools={tools} />}
      </ChatPictures>
      {mayWrite && <SendBox answering={answering} onAnswered={() => setAnswering(undefined)} />}
    </Panel>
  );
}

function ReplyButton({ message, onReply }: { message: Message; onReply: (message: Message) => void }) {
  // A plain button: there is one in every line, and lines come by the hundred.
  return (
    <button type="button" className={classes.reply} title="Reply" aria-label={`Reply to ${nameOf(message.user)}`} onClick={() => onReply(message)}>
      <Reply size={15} />
    </button>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the chat">
      {[72, 48, 86, 60, 40, 78].map((width) => <Skeleton key={width} height={14} width={`${width}%`} />)}
    </div>
  );
}
