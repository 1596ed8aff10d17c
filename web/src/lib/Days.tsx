import { Button, Popover, TextInput, UnstyledButton } from "@mantine/core";
import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { dayOf, daysInWords, type Bounds } from "./days";
import classes from "./Days.module.css";
import pill from "./Pill.module.css";

interface DaysProps extends Bounds {
  /** `replace` is true for what is only a part of the way there. */
  onChange: (bounds: Bounds, replace?: boolean) => void;
}

/** Chooses days: the latest, or from one to another. */
export function Days({ from, to, onChange }: DaysProps) {
  const [opened, setOpened] = useState(false);
  const since = (days: number) => {
    const date = new Date();
    date.setDate(date.getDate() - days);
    onChange({ from: dayOf(date), to: undefined });
    setOpened(false);
  };
  const set = from !== undefined || to !== undefined;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="lg" radius="md" trapFocus>
      <Popover.Target>
        <UnstyledButton className={pill.pill} data-pressed={set || undefined} onClick={() => setOpened(!opened)}>
          <CalendarDays size={15} aria-hidden="true" />{daysInWords({ from, to })}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Days">
        <div className={classes.days}>
          <div className={classes.spans}>
            <Button size="compact-sm" variant="default" onClick={() => since(7)}>7 days</Button>
            <Button size="compact-sm" variant="default" onClick={() => since(30)}>30 days</Button>
            <Button size="compact-sm" variant="default" onClick={() => since(365)}>1 year</Button>
          </div>
          <TextInput type="date" label="From" max={to} value={from ?? ""} onChange={(event) => onChange({ from: event.currentTarget.value || undefined }, true)} />
          <TextInput type="date" label="To" min={from} value={to ?? ""} onChange={(event) => onChange({ to: event.currentTarget.value || undefined }, true)} />
          {set && <Button variant="subtle" color="gray" onClick={() => { onChange({ from: undefined, to: undefined }); setOpened(false); }}>Any time</Button>}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
