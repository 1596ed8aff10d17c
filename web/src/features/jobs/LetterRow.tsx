import { Button, Collapse, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Letter, LetterDetail } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Badge, type Tone } from "../../lib/Badge";
import { counted, written } from "../../lib/format";
import { Json } from "../../lib/Json";
import { Moment } from "../../lib/Moment";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import classes from "./JobRow.module.css";

const STATES: Record<Letter["state"], { tone: Tone; label: string }> = {
  open: { tone: "bad", label: "Open" },
  redriven: { tone: "busy", label: "Being tried again" },
  done: { tone: "good", label: "Handled since" },
};

/** One event that could not be handled. */
export function LetterRow({ letter }: { letter: Letter }) {
  const [open, setOpen] = useState(false);
  const mayEdit = useMay("edit");
  const { tone, label } = STATES[letter.state];
  const [log, seq] = letter.position.split("/");
  return (
    <li className={`panel ${classes.job}`}>
      <div className={classes.top}>
        <div className={classes.names}>
          <h2 className={classes.title}>{letter.event}</h2>
          <p className={classes.by}>{letter.kind === "buried" ? `${letter.source} gave it up` : `${letter.source} goes on without it`}</p>
        </div>
        <Badge tone={tone}>{label}</Badge>
      </div>
      <p className={classes.reason}>{written(letter.reason)}</p>
      <div className={classes.facts}>
        <Moment at={letter.createdAt} />
        {letter.attempts > 0 && <span>after {counted(letter.attempts, "attempt")}</span>}
        {letter.redrivenAt && letter.state !== "open" && <span>tried again <Moment at={letter.redrivenAt} /></span>}
        <span className={classes.links}>
          <Button
            size="compact-sm" variant="subtle" color="gray" aria-expanded={open} rightSection={<ChevronDown size={14} />}
            aria-label={`Payload of ${letter.event}`} onClick={() => setOpen(!open)}
          >
            Payload
          </Button>
          {log && seq && <Link to="/log" search={{ log: log === "FACTS" ? undefined : log, seq }} className="ember-link">Event</Link>}
          {mayEdit && letter.state === "open" && <Redrive letter={letter} />}
        </span>
      </div>
      <Collapse expanded={open}>{open && <Payload id={letter.id} />}</Collapse>
    </li>
  );
}

function Redrive({ letter }: { letter: Letter }) {
  const client = useQueryClient();
  const redrive = useMutation({
    mutationFn: () => api.post(`/api/letters/${letter.id}/redrive`),
    onSuccess: () => toast(`${letter.source} tries it again`),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
    onSettled: () => void client.invalidateQueries({ queryKey: ["letters"] }),
  });
  return (
    <Button
      size="compact-sm" variant="light" leftSection={<RotateCcw size={14} />} aria-label={`Try again: ${letter.event}`}
      loading={redrive.isPending} onClick={() => redrive.mutate()}
    >
      Try again
    </Button>
  );
}

function Payload({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ["letters", "one", id],
    queryFn: ({ signal }) => api.get<LetterDetail>(`/api/letters/${id}`, { signal }),
  });
  if (error) return <p className={classes.reason} role="alert">{sentence(error)}</p>;
  if (!data) return <Skeleton height={60} />;
  if (data.data === undefined) return <p className={classes.by}>No log keeps the event any more.</p>;
  return <Json value={data.data} label="What it carries" />;
}
