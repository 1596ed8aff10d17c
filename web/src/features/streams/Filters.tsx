import { Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Days as DaysFilter } from "../../lib/Days";
import { Pill } from "../../lib/Pill";
import { SearchField as WordsField } from "../../lib/SearchField";
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

/** Words to look for. */
export function SearchField() {
  const { q = "" } = route.useSearch();
  const search = useSearchBy();
  return (
    <WordsField
      q={q} label="Search streams" placeholder="Search" className={classes.search}
      onSearch={(words, replace) => search({ q: words }, replace)}
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
