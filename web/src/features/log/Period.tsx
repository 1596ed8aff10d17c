import { Button, Group, Popover, Stack, TextInput } from "@mantine/core";
import { Clock } from "lucide-react";
import { useState } from "react";
import { fromField, toField } from "../../lib/time";

interface PeriodProps {
  since: string | undefined;
  until: string | undefined;
  onChange: (bounds: { since?: string; until?: string }) => void;
}

const LATEST = [
  { label: "15 min", minutes: 15 },
  { label: "1 hour", minutes: 60 },
  { label: "24 hours", minutes: 24 * 60 },
  { label: "7 days", minutes: 7 * 24 * 60 },
];

const WRITTEN = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Chooses the time that is looked at: the latest hours, or from a moment to another. */
export function Period({ since, until, onChange }: PeriodProps) {
  const [opened, setOpened] = useState(false);
  const choose = (bounds: { since?: string; until?: string }) => {
    setOpened(false);
    onChange({ since: undefined, until: undefined, ...bounds });
  };
  return (
    <Popover opened={opened} onChange={setOpened} width={320} position="bottom-end" shadow="lg" radius="lg" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<Clock size={15} />} fw={450} onClick={() => setOpened(!opened)}>{written(since, until)}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Bounds key={`${since}${until}`} since={since} until={until} onChoose={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Bounds({ since, until, onChoose }: { since?: string; until?: string; onChoose: PeriodProps["onChange"] }) {
  const [from, setFrom] = useState(toField(since));
  const [to, setTo] = useState(toField(until));
  const wrong = from !== "" && to !== "" && from >= to ? "This is before the start" : undefined;
  return (
    <Stack gap="sm">
      <Group gap={6} grow>
        {LATEST.map(({ label, minutes }) => (
          <Button
            key={label} size="compact-md" px={4} variant="light" aria-label={`The latest ${label}`}
            onClick={() => onChoose({ since: new Date(Date.now() - minutes * 60_000).toISOString() })}
          >
            {label}
          </Button>
        ))}
      </Group>
      <TextInput type="datetime-local" label="From" step={1} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      <TextInput type="datetime-local" label="To" step={1} value={to} error={wrong} onChange={(event) => setTo(event.currentTarget.value)} />
      <Group justify="space-between">
        <Button variant="subtle" color="gray" onClick={() => onChoose({})}>Any time</Button>
        <Button disabled={Boolean(wrong)} onClick={() => onChoose({ since: fromField(from), until: fromField(to) })}>Show</Button>
      </Group>
    </Stack>
  );
}

function written(since?: string, until?: string): string {
  if (since && until) return `${WRITTEN.format(new Date(since))} – ${WRITTEN.format(new Date(until))}`;
  if (since) return `Since ${WRITTEN.format(new Date(since))}`;
  return until ? `Until ${WRITTEN.format(new Date(until))}` : "Any time";
}
