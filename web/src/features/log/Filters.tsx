import { Autocomplete, Button, Select, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import type { EventRecord } from "../../gen/api";
import classes from "./Filters.module.css";
import type { Filter } from "./order";
import { Period } from "./Period";

const route = getRouteApi("/app/log");

export const LOGS = [
  { value: "FACTS", label: "Facts" },
  { value: "TICKS", label: "Ticks" },
  { value: "TIMERS", label: "Timers" },
  { value: "DEAD", label: "Dead letters" },
];

/** Filters of the log. They live in the address; names are offered out of what was seen. */
export function Filters({ filter, known }: { filter: Filter; known: EventRecord[] }) {
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState({ name: filter.name ?? "", aggregate: filter.aggregate ?? "", id: filter.id ?? "" });
  const go = (change: Record<string, string | undefined>) => void navigate({
    search: (old) => ({ ...old, ...change, seq: undefined }), replace: true,
  });
  const apply = (change: Partial<typeof draft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    go({ name: next.name.trim() || undefined, aggregate: next.aggregate.trim() || undefined, id: next.id.trim() || undefined });
  };
  const filtered = Boolean(filter.name || filter.aggregate || filter.id || filter.since || filter.until);
  return (
    <form className={classes.filters} action={() => apply({})} role="search" aria-label="Filter events">
      <Select
        className={classes.log} aria-label="Log" data={LOGS} value={filter.log} allowDeselect={false}
        onChange={(log) => void navigate({ search: { log: log === "FACTS" || !log ? undefined : log }, replace: true })}
      />
      <Period since={filter.since} until={filter.until} onChange={go} />
      <Autocomplete
        className={classes.filter} aria-label="Type of event" placeholder="Any event" data={names(known, "event")}
        value={draft.name} onChange={(name) => setDraft({ ...draft, name })} onOptionSubmit={(name) => apply({ name })}
      />
      <Autocomplete
        className={classes.filter} aria-label="Aggregate" placeholder="Anything" data={names(known, "aggregate")}
        value={draft.aggregate} onChange={(aggregate) => setDraft({ ...draft, aggregate })} onOptionSubmit={(aggregate) => apply({ aggregate })}
      />
      <TextInput
        className={classes.filter} aria-label="Id of the aggregate" placeholder="Any id"
        value={draft.id} onChange={(event) => setDraft({ ...draft, id: event.currentTarget.value })}
      />
      <button type="submit" hidden>Apply</button>
      {filtered && (
        <Button
          variant="subtle" color="gray" flex="none" leftSection={<X size={15} />}
          onClick={() => void navigate({ search: (old) => ({ log: old.log }), replace: true })}
        >
          Clear
        </Button>
      )}
    </form>
  );
}

function names(events: EventRecord[], field: "event" | "aggregate"): string[] {
  return [...new Set(events.map((event) => event[field]))].sort();
}
