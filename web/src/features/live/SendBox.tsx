import { ActionIcon, CloseButton, TextInput, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Reply, Send } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, sentence } from "../../lib/api";
import { nameOf, type Message } from "../../lib/chat/message";
import { written } from "../../lib/format";
import type { SentMessage } from "../../gen/api";
import classes from "./Chat.module.css";

/** As many characters Twitch takes. */
const LONGEST = 500;

interface SendBoxProps {
  /** The message that is answered; undefined when it is none. */
  answering: Message | undefined;
  onAnswered: () => void;
}

/** Writes into the chat as the channel. What is not taken stays, with the reason. */
export function SendBox({ answering, onAnswered }: SendBoxProps) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const send = useMutation({
    mutationFn: (message: { text: string; replyTo?: string }) => api.post<SentMessage>("/api/twitch/messages", message),
    onSuccess: ({ sent }, message) => {
      if (!sent) return;
      setText((now) => (now.trim() === message.text ? "" : now));
      onAnswered();
    },
  });
  useEffect(() => {
    if (answering) field.current?.focus();
  }, [answering]);
  const submit = () => {
    const trimmed = text.trim();
    if (trimmed !== "" && !send.isPending) send.mutate({ text: trimmed, replyTo: answering?.id });
  };
  const wrong = send.error ? sentence(send.error) : send.data && !send.data.sent ? written(send.data.reason ?? "Twitch did not take the message") : undefined;
  return (
    <form className={classes.send} action={submit} aria-label="Write a message">
      {answering && (
        <div className={classes.answering}>
          <Reply size={14} aria-hidden="true" />
          <span>Replying to {nameOf(answering.user)}: {answering.text}</span>
          <CloseButton size="sm" aria-label="Do not reply" onClick={onAnswered} />
        </div>
      )}
      <div className={classes.field}>
        <TextInput
          ref={field} aria-label="Message" placeholder="Write as your channel" maxLength={LONGEST} autoComplete="off" enterKeyHint="send"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            if (wrong) send.reset();
          }}
          onKeyDown={(event) => event.key === "Escape" && answering && onAnswered()}
        />
        <Tooltip label="Send">
          <ActionIcon type="submit" size={36} variant="light" aria-label="Send" loading={send.isPending} disabled={text.trim() === ""}><Send size={17} /></ActionIcon>
        </Tooltip>
      </div>
      {wrong && <p className={classes.wrong} role="alert">{wrong}</p>}
    </form>
  );
}
