import { Alert, Button, Chip, Group, NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useRef, type ReactNode } from "react";
import type { CreateSeries as Plan } from "../../gen/api";
import type { FieldErrors } from "../../lib/api";
import { CategoryField } from "../../lib/channel/CategoryField";
import { dayInWords, plus, WEEKDAYS, weekday, zones } from "./calendar";
import { LabelsField, LanguageField, TagsField } from "./ChannelFields";
import { Notes } from "./Notes";
import { choiceOf, choices, lasting, recurrenceOf } from "./recurrence";
import classes from "./SeriesPage.module.css";

interface PlanFieldsProps {
  plan: Plan;
  /** What the server says is wrong, by field. */
  fields: FieldErrors;
  onChange: (part: Partial<Plan>) => void;
}

/** Everything of a plan that can be said. */
export function PlanFields({ plan, fields, onChange }: PlanFieldsProps) {
  return (
    <>
      <Part title="What" text="How the series is called, and each of its streams.">
        <TextInput label="Title" required maxLength={200} value={plan.title} error={fields.title} onChange={(event) => onChange({ title: event.currentTarget.value })} />
        <StreamTitle plan={plan} error={fields.streamTitle} onChange={onChange} />
        <Textarea
          label="Description" autosize minRows={2} maxRows={8} value={plan.description ?? ""} error={fields.description}
          onChange={(event) => onChange({ description: event.currentTarget.value })}
        />
      </Part>
      <Part title="When" text="On the clocks of its own time zone, so that it stays at its hour when they change."><When plan={plan} fields={fields} onChange={onChange} /></Part>
      <Part title="On Twitch" text="What the channel shows. It is sent when you say so, not by itself.">
        <CategoryField
          id={plan.category?.id ?? ""} name={plan.category?.name ?? ""} clearable error={fields.category}
          onChange={(category) => onChange({ category: category.id === "" ? undefined : category })}
        />
        <TagsField tags={plan.tags ?? []} error={fields.tags} onChange={(tags) => onChange({ tags })} />
        <div className={classes.pair}>
          <LanguageField language={plan.language} error={fields.language} onChange={(language) => onChange({ language })} />
          <LabelsField labels={plan.labels ?? []} error={fields.labels} onChange={(labels) => onChange({ labels })} />
        </div>
      </Part>
      <Part title="Notes" text="What to prepare, and to think of. Only your team sees them, on the Live page too.">
        <Notes text={plan.notes ?? ""} error={fields.notes} onChange={(notes) => onChange({ notes })} />
      </Part>
    </>
  );
}

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.part} aria-label={title}>
      <div>
        <h2 className={classes.name}>{title}</h2>
        <p className={classes.text}>{text}</p>
      </div>
      <div className={`panel ${classes.body}`}>{children}</div>
    </section>
  );
}

const VARIABLES = ["${title}", "${number}", "${date}"];
/** Twitch takes no longer title. */
const LONGEST = 140;

/** The title of each stream, in which a few words stand for what is another each time. */
function StreamTitle({ plan, error, onChange }: { plan: Plan; error?: string; onChange: PlanFieldsProps["onChange"] }) {
  const field = useRef<HTMLInputElement>(null);
  const text = plan.streamTitle ?? "";
  const insert = (variable: string) => {
    const { selectionStart, selectionEnd } = field.current!;
    const [from, to] = [selectionStart ?? text.length, selectionEnd ?? text.length];
    onChange({ streamTitle: text.slice(0, from) + variable + text.slice(to) });
    field.current!.focus();
  };
  return (
    <div>
      <TextInput
        ref={field} label="Title of each stream" placeholder={plan.title || "As the series"} maxLength={200} value={text}
        error={error} onChange={(event) => onChange({ streamTitle: event.currentTarget.value })}
      />
      <Group gap={6} mt={6}>
        {VARIABLES.map((variable) => (
          <Button key={variable} size="compact-xs" variant="default" ff="monospace" fw={450} aria-label={`Insert ${variable.slice(2, -1)}`} onClick={() => insert(variable)}>{variable}</Button>
        ))}
      </Group>
      {text.length > LONGEST && <p className={classes.warn}>Twitch takes titles of up to {LONGEST} characters.</p>}
    </div>
  );
}

function When({ plan, fields, onChange }: PlanFieldsProps) {
  const { recurrence = {}, start, end, time, minutes, zone } = plan;
  const wrong = Object.entries(fields).find(([name]) => name.startsWith("recurrence"))?.[1];
  const onStart = (day: string) => {
    if (!day) return;
    // What hangs on the day of the start goes with it.
    const only = recurrence.every === "week" && recurrence.days?.length === 1 && recurrence.days[0] === WEEKDAYS[weekday(start)];
    onChange({ start: day, ...(only && { recurrence: { ...recurrence, days: [WEEKDAYS[weekday(day)]!] } }) });
  };
  return (
    <>
      <div className={classes.pair}>
        <TextInput type="date" label="First on" required value={start} error={fields.start} onChange={(event) => onStart(event.currentTarget.value)} />
        <TextInput type="time" label="At" required value={time} error={fields.time} onChange={(event) => onChange({ time: event.currentTarget.value })} />
      </div>
      <div className={classes.pair}>
        <NumberInput
          label="Minutes" required min={1} max={2880} step={15} value={minutes} error={fields.minutes} description={lasting(minutes)} inputWrapperOrder={["label", "input", "description", "error"]}
          onChange={(value) => onChange({ minutes: Number(value) || 0 })}
        />
        <Select label="Time zone" searchable allowDeselect={false} limit={60} data={zones(zone)} value={zone} error={fields.zone} onChange={(value) => value && onChange({ zone: value })} />
      </div>
      <Select
        label="Comes again" allowDeselect={false} data={choices(start, recurrence)} value={choiceOf(recurrence)} error={wrong}
        onChange={(value) => value && onChange({ recurrence: recurrenceOf(value, start, recurrence) })}
      />
      {recurrence.every === "week" && (
        <Chip.Group multiple value={recurrence.days ?? []} onChange={(days) => onChange({ recurrence: { ...recurrence, days } })}>
          <Group gap={6} role="group" aria-label="Days of the week">
            {WEEKDAYS.map((day, i) => <Chip key={day} value={day} size="sm" radius="md" variant="light" aria-label={day}>{dayInWords(plus("2026-01-05", i)).slice(0, 3)}</Chip>)}
          </Group>
        </Chip.Group>
      )}
      {recurrence.every && (
        <TextInput type="date" label="Last on" description="Left out, it goes on" min={start} value={end ?? ""} error={fields.end} onChange={(event) => onChange({ end: event.currentTarget.value || undefined })} />
      )}
      <Switch label="Paused" description="Nothing of it stands on the calendar until it goes on." checked={plan.paused ?? false} onChange={(event) => onChange({ paused: event.currentTarget.checked })} />
      {plan.paused && recurrence.every && <Alert color="yellow" variant="light">It is paused: no streams are planned.</Alert>}
    </>
  );
}
