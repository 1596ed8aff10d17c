import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Chatter, Stream, StreamSummary } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import { Days } from "../../lib/Days";
import { Pill } from "../../lib/Pill";
import { SearchField as WordsField } from "../../lib/SearchField";
import classes from "./ChatPage.module.css";
import type { Search } from "./query";

const route = getRouteApi("/app/chat");

/** Changes what is looked for, as a step that the back button takes back. */
function useSearchBy() {
  const navigate = route.useNavigate();
  return (change: Search, replace = false) => void navigate({ search: (old) => ({ ...old, ...change }), replace });
}

/** Words to look for. */
export function SearchField() {
  const { q = "" } = route.useSearch();
  const search = useSearchBy();
  return (
    <WordsField
      q={q} label="Search messages" placeholder="Words that were written" className={classes.search}
      onSearch={(words, replace) => search({ q: words }, replace)}
    />
  );
}

/** During which stream, on which days, by whom, and in which order. */
export function Filters() {
  const { user, from, to, sort } = route.useSearch();
  const search = useSearchBy();
  return (
    <div className={classes.filters} role="group" aria-label="Filters">
      <Days from={from} to={to} onChange={search} />
      {user && <ByPerson id={user} onClear={() => search({ user: undefined })} />}
      <Pill label="Oldest first" pressed={sort === "oldest"} onClick={() => search({ sort: sort === "oldest" ? undefined : "oldest" })} />
      <During />
    </div>
  );
}

function ByPerson({ id, onClear }: { id: string; onClear: () => void }) {
  const { data } = useQuery({
    queryKey: ["person", id],
    queryFn: ({ signal }) => api.get<Chatter>(`/api/chat/people/${encodeURIComponent(id)}`, { signal }),
  });
  return <Pill label={`By ${data?.name || data?.login || "one person"}`} pressed onClick={onClear} />;
}

/** A stream, found by its title. */
function During() {
  const { stream } = route.useSearch();
  const search = useSearchBy();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const { data: chosen } = useQuery({
    queryKey: ["streams", "one", stream],
    queryFn: ({ signal }) => api.get<Stream>(`/api/streams/${encodeURIComponent(stream!)}`, { signal }),
    enabled: stream !== undefined,
  });
  const { data: found } = useQuery({
    queryKey: ["streams", "found", q],
    queryFn: async ({ signal }) => (await api.get<Page<StreamSummary>>("/api/streams", { query: { q: q === chosen?.title ? undefined : q, limit: 30 }, signal })).items,
    placeholderData: keepPreviousData,
  });
  const options = new Map([...(chosen ? [chosen] : []), ...(found ?? [])].map(({ id, title, startedAt, createdAt }) => [id, { title, day: DAY.format(new Date(startedAt || createdAt)) }]));
  return (
    <Select
      className={classes.during} aria-label="Stream" placeholder="All streams" searchable clearable filter={({ options: all }) => all} maxDropdownHeight={320}
      data={[...options].map(([value, { title }]) => ({ value, label: title }))} nothingFoundMessage="No stream is called that"
      renderOption={({ option }) => <span className={classes.option}><span>{option.label}</span><span>{options.get(option.value)?.day}</span></span>}
      value={chosen ? stream : null} onSearchChange={setText} onChange={(id) => search({ stream: id ?? undefined })}
    />
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
