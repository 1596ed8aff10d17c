import { Kbd, Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft, Search } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import type { StreamSummary } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import type { Command } from "../../lib/commands";
import { Mark } from "../../lib/Logo";
import { useCommonCommands } from "./commands";
import classes from "./Palette.module.css";
import { grouped, rank } from "./rank";

const RECENT = 5;

/** Whether one looks for something, and what the page offered when one began to. */
export interface Finding {
  opened: boolean;
  here: Command[];
}

/** Goes anywhere and does anything by a few letters. */
export function Palette({ opened, here, onClose }: Finding & { onClose: () => void }) {
  return (
    <Modal.Root opened={opened} onClose={onClose} centered={false} size={620} yOffset="12vh" transitionProps={{ duration: 120 }} classNames={{ content: classes.content }}>
      <Modal.Overlay backgroundOpacity={0.55} blur={3} />
      <Modal.Content aria-label="Command palette">
        <Finder here={here} onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Finder({ here, onClose }: { here: Command[]; onClose: () => void }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const common = useCommonCommands();
  const streams = useStreams(text.trim());

  const recent = text.trim() === "" ? streams.slice(0, RECENT) : streams;
  const groups = grouped(rank([...here, ...recent, ...common], text));
  const flat = groups.flatMap((group) => group.ranked);
  const at = Math.min(chosen, flat.length - 1);

  useEffect(() => {
    list.current?.querySelector("[aria-selected='true']")?.scrollIntoView({ block: "nearest" });
  }, [at, text]);

  const run = (command: Command) => {
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = flat.length - 1;
    const target = { ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, PageDown: Math.min(last, at + 8), PageUp: Math.max(0, at - 8) }[event.key];
    const picked = flat[at];
    if (target !== undefined) setChosen(target);
    else if (event.key === "Enter" && picked) run(picked.command);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className={classes.field}>
        <Search size={20} aria-hidden="true" />
        <input
          className={classes.input}
          role="combobox"
          aria-label="Search or do"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={flat[at] && `${id}-${at}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
          data-autofocus
          placeholder="Find a stream, or do something"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className={classes.list} tabIndex={-1}>
        {groups.map((group) => (
          <div key={group.name} role="group" aria-labelledby={`${id}-${group.name}`}>
            <div id={`${id}-${group.name}`} className={classes.group} role="presentation">{group.name}</div>
            {group.ranked.map(({ command, marks, index }) => (
              <div
                key={command.id}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === at}
                className={classes.option}
                onPointerMove={() => setChosen(index)}
                onClick={() => run(command)}
              >
                <span className={classes.icon} aria-hidden="true">{command.icon}</span>
                <span className={classes.title}><Marked text={command.title} marks={marks} /></span>
                {command.hotkey && <Kbd size="xs">{command.hotkey}</Kbd>}
                <CornerDownLeft size={15} className={classes.enter} aria-hidden="true" />
              </div>
            ))}
          </div>
        ))}
        {flat.length === 0 && <p className={classes.nothing} role="status">Nothing is called “{text.trim()}”.</p>}
      </div>
      <div className={classes.foot} aria-hidden="true">
        <span><Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> choose</span>
        <span><Kbd size="xs">↵</Kbd> go</span>
        <span><Kbd size="xs">esc</Kbd> close</span>
      </div>
    </>
  );
}

/** The newest streams, and those that the server finds by what was typed. */
function useStreams(text: string): Command[] {
  const navigate = useNavigate();
  const [q] = useDebouncedValue(text, 150);
  const read = (query: string) => ({
    queryKey: ["streams", "palette", query],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Page<StreamSummary>>("/api/streams", { query: { q: query, sort: "newest", limit: 100 }, signal }),
  });
  const newest = useQuery(read(""));
  const found = useQuery({ ...read(q), enabled: q !== "", placeholderData: keepPreviousData });
  const streams = new Map([...(newest.data?.items ?? []), ...((q && found.data?.items) || [])].map((stream) => [stream.id, stream]));
  return [...streams.values()].map((stream) => ({
    id: `stream/${stream.id}`,
    group: "Streams",
    title: stream.title,
    icon: stream.posterUrl ? <img className={classes.poster} src={stream.posterUrl} alt="" /> : <span className={classes.poster}><Mark size={16} /></span>,
    run: () => void navigate({ to: "/streams/$streamId", params: { streamId: stream.id } }),
  }));
}

function Marked({ text, marks }: { text: string; marks: number[] }) {
  if (marks.length === 0) return text;
  const lit = new Set(marks);
  return text.split("").map((letter, at) => (lit.has(at) ? <mark key={at} className={classes.mark}>{letter}</mark> : letter));
}
