import { ActionIcon, Button, CloseButton, Code, Group, Select, Skeleton, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Clapperboard, Plus, Search, SearchX, Upload } from "lucide-react";
import { useState } from "react";
import type { StreamSummary } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import { useSignal } from "../../lib/live";
import { LinkButton } from "../../lib/LinkButton";
import { Failure, Notice } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import { chooseFiles } from "../../lib/uploads";
import { Latest } from "./Latest";
import { byMonth } from "./months";
import { NewStream } from "./NewStream";
import { StreamCard } from "./StreamCard";
import classes from "./StreamsPage.module.css";

const route = getRouteApi("/app/streams");

const ORDERS = [
  { value: "newest", label: "Newest first" },
  { value: "oldest", label: "Oldest first" },
  { value: "title", label: "By title" },
];

/** The library: every stream, to be found again. */
export function StreamsPage() {
  const { q = "", sort = "newest", new: making } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMay("edit");
  const client = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ["streams", q, sort],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<StreamSummary>>("/api/streams", { query: { q, sort, limit: 48, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: (previous) => previous,
  });
  useSignal("streams", () => void client.invalidateQueries({ queryKey: ["streams"] }));

  const streams = list.data?.pages.flatMap((page) => page.items) ?? [];
  const bare = list.isSuccess && streams.length === 0 && q === "";
  const latest = q === "" && sort === "newest" ? streams.find(({ state }) => state !== "empty") : undefined;
  const rest = streams.filter((stream) => stream !== latest);
  const months = sort === "title" || q !== "" ? [{ name: "", streams: rest }] : byMonth(rest);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Title order={1}>Streams</Title>
        {!bare && (
          <div className={classes.tools}>
            <SearchField q={q} />
            <Order sort={sort} />
            {mayEdit && <MakeButton />}
            {mayEdit && <Button visibleFrom="sm" leftSection={<Upload size={16} />} onClick={() => chooseFiles()}>Add a recording</Button>}
          </div>
        )}
      </header>
      {list.isPending && <Loading />}
      {list.isError && streams.length === 0 && (
        <Failure title="Your streams could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
      )}
      {bare && (mayEdit ? <FirstSteps /> : <Notice icon={<Clapperboard size={28} />} title="No stream yet">Streams show here as soon as an editor adds one.</Notice>)}
      {list.isSuccess && streams.length === 0 && q !== "" && <NothingFound q={q} />}
      {latest && <Latest stream={latest} />}
      <div className={classes.months} aria-busy={list.isPlaceholderData}>
        {months.map((month) => (
          <section key={month.name} aria-label={month.name || "Streams"}>
            {month.name && <h2 className={classes.month}>{month.name}</h2>}
            <ul className={classes.grid}>
              {month.streams.map((stream) => <li key={stream.id}><StreamCard stream={stream} /></li>)}
            </ul>
          </section>
        ))}
      </div>
      {list.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" size="md" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show more</Button>
        </div>
      )}
      <NewStream
        opened={making !== undefined && mayEdit}
        onClose={() => void navigate({ search: (old) => ({ ...old, new: undefined }), replace: true })}
      />
    </div>
  );
}

/** Opens the form of a new stream; on a phone it is an icon. */
function MakeButton() {
  const navigate = route.useNavigate();
  const open = () => void navigate({ search: (old) => ({ ...old, new: "stream" }) });
  return (
    <>
      <ActionIcon hiddenFrom="sm" variant="default" size={44} aria-label="New stream" onClick={open}><Plus size={20} /></ActionIcon>
      <Button visibleFrom="sm" variant="default" leftSection={<Plus size={16} />} onClick={open}>New stream</Button>
    </>
  );
}

function SearchField({ q }: { q: string }) {
  const navigate = route.useNavigate();
  const [text, setText] = useState(q);
  const [applied, setApplied] = useState(q);
  if (q !== applied) {
    setApplied(q);
    if (q === "") setText("");
  }
  const apply = useDebouncedCallback((value: string) => {
    void navigate({ search: (old) => ({ ...old, q: value.trim() || undefined }), replace: true });
  }, 250);
  const change = (value: string) => {
    setText(value);
    apply(value);
  };
  return (
    <TextInput
      className={classes.search}
      aria-label="Search streams"
      placeholder="Search"
      leftSection={<Search size={16} />}
      rightSection={text && <CloseButton size="sm" aria-label="Clear the search" onClick={() => change("")} />}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

function Order({ sort }: { sort: string }) {
  const navigate = route.useNavigate();
  return (
    <Select
      className={classes.order}
      aria-label="Order"
      data={ORDERS}
      value={sort}
      allowDeselect={false}
      onChange={(value) => void navigate({
        search: (old) => ({ ...old, sort: value === "newest" || !value ? undefined : value }), replace: true,
      })}
    />
  );
}

function Loading() {
  return (
    <div className={classes.grid} role="status" aria-label="Loading streams">
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i} className={classes.skeleton}>
          <Skeleton className={classes.poster} radius="lg" />
          <Skeleton height={16} width="72%" />
          <Skeleton height={12} width="44%" />
        </div>
      ))}
    </div>
  );
}

function FirstSteps() {
  return (
    <Notice
      icon={<Clapperboard size={28} />}
      title="Your first stream starts with a recording"
      action={
        <Group justify="center">
          <Button size="md" leftSection={<Upload size={18} />} onClick={() => chooseFiles()}>Choose a recording</Button>
          <LinkButton to="/streams" search={{ new: "stream" }} size="md" variant="default" leftSection={<Plus size={18} />}>New stream</LinkButton>
        </Group>
      }
    >
      Drop a file anywhere in this window. Anything OBS writes will do.
      <br />
      From a terminal: <Code>afterglow import FILE</Code>
    </Notice>
  );
}

function NothingFound({ q }: { q: string }) {
  const navigate = route.useNavigate();
  return (
    <Notice
      icon={<SearchX size={26} />}
      title={`No stream is called “${q}”`}
      action={<Button variant="default" onClick={() => void navigate({ search: (old) => ({ ...old, q: undefined }) })}>Show all streams</Button>}
    >
      The search looks at titles. Fewer letters find more.
    </Notice>
  );
}
