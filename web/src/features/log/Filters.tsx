import { Autocomplete, Button, SegmentedControl, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import type { EventRecord } from "../../gen/api";
import type { Filter } from "./order";
import classes from "./LogPage.module.css";

const route = getRouteApi("/app/log");

/** Filters of the log. They live in the address; names are offered out of what was seen. */
export function Filters({ filter, known }: { filter: Filter; known: EventRecord[] }) {
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState({ event: filter.event ?? "", aggregate: filter.aggregate ?? "", id: filter.id ?? "" });
  const apply = (change: Partial<typeof draft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    void navigate({
      search: (old) => ({
        ...old,
        event: next.event.trim() || undefined,
        aggregate: next.aggregate.trim() || undefined,
        id: next.id.trim() || undefined,
        seq: undefined,
      }),
      replace: true,
    });
  };
  const filtered = Boolean(filter.event || filter.aggregate || filter.id);
  return (
    <form className={classes.filters} action={() => apply({})} role="search" aria-label="Filter events">
      <SegmentedControl
        aria-label="Log"
        data={[{ value: "FACTS", label: "Facts" }, { value: "TICKS", label: "Ticks" }]}
        value={filter.log}
        onChange={(log) => void navigate({ search: { log: log === "FACTS" ? undefined : log }, replace: true })}
      />
      <Autocomplete
        className={classes.filter} aria-label="Event" placeholder="Event" data={names(known, "event")}
        value={draft.event} onChange={(event) => setDraft({ ...draft, event })} onOptionSubmit={(event) => apply({ event })}
      />
      <Autocomplete
        className={classes.filter} aria-label="Aggregate" placeholder="Aggregate" data={names(known, "aggregate")}
        value={draft.aggregate} onChange={(aggregate) => setDraft({ ...draft, aggregate })} onOptionSubmit={(aggregate) => apply({ aggregate })}
      />
      <TextInput
        className={classes.filter} aria-label="Id of the aggregate" placeholder="Id"
        value={draft.id} onChange={(event) => setDraft({ ...draft, id: event.currentTarget.value })}
      />
      <button type="submit" hidden>Apply</button>
      {filtered && (
        <Button variant="subtle" color="gray" leftSection={<X size={15} />} onClick={() => apply({ event: "", aggregate: "", id: "" })}>Clear</Button>
      )}
    </form>
  );
}

function names(events: EventRecord[], field: "event" | "aggregate"): string[] {
  return [...new Set(events.map((event) => event[field]))].sort();
}
