import { Button, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import type { Message } from "../../gen/api";
import { api, sentence, type Page } from "../../lib/api";
import { useHighlight } from "../../lib/highlight";
import type { Playback } from "../../lib/player/playback";
import { useMay } from "../../lib/session";
import classes from "./Chat.module.css";
import { ChatLine } from "./ChatLine";
import { lines } from "./replay";

interface ChatSearchProps {
  streamId: string;
  playback: Playback;
  ready: boolean;
  onClose: () => void;
  onPerson: (message: Message) => void;
}

/** Finds words in the chat of the stream; each hit leads to its second, and the list stays for the next. */
export function ChatSearch({ streamId, playback, ready, onClose, onPerson }: ChatSearchProps) {
  const readable = useMay("followChat");
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 250);
  const list = useInfiniteQuery({
    queryKey: ["chat", streamId, "search", q],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Message>>("/api/chat", { query: { stream: streamId, q, sort: "sentAt", limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
  const hits = q === "" ? [] : lines({ items: list.data?.pages.flatMap(({ items }) => items) ?? [], activities: [] });
  const found = useRef<HTMLDivElement>(null);
  useHighlight(found, q);
  const onSeek = useCallback((at: number) => playback.seek(at), [playback]);
  return (
    <div
      className={classes.search} role="search" aria-label="This chat"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <TextInput
        autoFocus className={classes.field} aria-label="Words in this chat" placeholder="Words in this chat" leftSection={<Search size={15} />}
        value={text} onChange={(event) => setText(event.currentTarget.value)}
      />
      <div ref={found} className={classes.hits} aria-busy={list.isPlaceholderData}>
        {q !== "" && list.isPending && <div className={classes.loading} role="status" aria-label="Searching"><Skeleton height={14} width="70%" /><Skeleton height={14} width="50%" /></div>}
        {q !== "" && list.isError && <p className={classes.quiet} role="alert">{sentence(list.error)}</p>}
        {q !== "" && list.isSuccess && hits.length === 0 && <p className={classes.quiet} role="status">Nobody wrote that here. Whole words find more than parts of them.</p>}
        {q === "" && <p className={classes.quiet}>All words have to be in a message. Quotes keep words together.</p>}
        {hits.map((line) => <ChatLine key={line.key} line={line} readable={readable} onSeek={ready ? onSeek : undefined} onPerson={onPerson} />)}
        {list.hasNextPage && q !== "" && (
          <div className={classes.quiet}><Button size="compact-sm" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show more</Button></div>
        )}
      </div>
    </div>
  );
}
