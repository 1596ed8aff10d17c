import { CloseButton, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { Search as Glass } from "lucide-react";
import { useRef, useState } from "react";
import { Days as DaysFilter } from "../../lib/Days";
import { Pill } from "../../lib/Pill";
import type { Search } from "./query";
import classes from "./Filters.module.css";

const route = getRouteApi("/app/streams");

const ORDERS = [
  { value: "newest", label: "Newest first" },
  { value: "oldest", label: "Oldest first" },
  { value: "title", label: "By title" },
  { value: "longest", label: "Longest first" },
  { value: "largest", label: "Largest first" },
];

const STATES = [
  { value: "ready", label: "Ready" },
  { value: "processing", label: "Preparing" },
  { value: "failed", label: "Needs a look" },
  { value: "empty", label: "Empty" },
];

const ACCESS = [
  { value: "true", label: "Published" },
  { value: "false", label: "Private" },
];

/** Changes what is looked for, as a step that the back button takes back. */
function useSearchBy() {
  const navigate = route.useNavigate();
  return (change: Search, replace = false) => void navigate({ search: (old) => ({ ...old, ...change }), replace });
}

/** Words to look for; the key / leads there. */
export function SearchField() {
  const { q = "" } = route.useSearch();
  const search = useSearchBy();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q);
  const [applied, setApplied] = useState(q);
  useHotkeys([["/", () => field.current?.focus()]]);
  if (q !== applied) { // by the back button, or by "show all"
    setApplied(q);
    if (q !== text.trim()) setText(q);
  }
  const apply = useDebouncedCallback((value: string) => {
    const wanted = value.trim() || undefined;
    search({ q: wanted }, q !== "" && wanted !== undefined);
  }, 250);
  const change = (value: string) => {
    setText(value);
    apply(value);
  };
  return (
    <TextInput
      ref={field}
      className={classes.search}
      aria-label="Search streams"
      aria-keyshortcuts="/"
      placeholder="Search"
      leftSection={<Glass size={16} />}
      rightSection={text && <CloseButton size="sm" aria-label="Clear the search" onClick={() => change("")} />}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

export function Order() {
  const { sort = "newest" } = route.useSearch();
  const search = useSearchBy();
  return (
    <Select
      className={classes.order} aria-label="Order" data={ORDERS} value={sort} allowDeselect={false}
      onChange={(value) => search({ sort: value === "newest" || !value ? undefined : value })}
    />
  );
}

/** Which streams are shown, each filter a button that is pressed or not. */
export function Filters() {
  const { state, published } = route.useSearch();
  const search = useSearchBy();
  return (
    <div className={classes.filters} role="group" aria-label="Filters">
      {STATES.map(({ value, label }) => (
        <Pill key={value} label={label} pressed={state === value} onClick={() => search({ state: state === value ? undefined : value })} />
      ))}
      <span className={classes.gap} aria-hidden="true" />
      {ACCESS.map(({ value, label }) => (
        <Pill key={value} label={label} pressed={published === value} onClick={() => search({ published: published === value ? undefined : value })} />
      ))}
      <span className={classes.gap} aria-hidden="true" />
      <Days />
    </div>
  );
}

/** The days on which the streams began. */
function Days() {
  const { from, to } = route.useSearch();
  const search = useSearchBy();
  return <DaysFilter from={from} to={to} onChange={search} />;
}
