import { ActionIcon, Alert, Button, MultiSelect, Select, Skeleton, Stack, TagsInput, Textarea, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CalendarArrowDown, RotateCcw } from "lucide-react";
import { useState } from "react";
import { api, ApiError, sentence } from "../../lib/api";
import { CategoryField } from "../../lib/channel/CategoryField";
import { channelQuery, useSend } from "../../lib/channel/channel";
import { asTags, changes, languages, MOST_TAGS, ofPlan, type Draft } from "../../lib/channel/info";
import { Failure } from "../../lib/Notice";
import type { ChannelInfo, Label, Occurrence } from "../../gen/api";
import { Panel } from "./Panel";
import classes from "./StreamInfo.module.css";

/** What Twitch shows of the stream, to be changed. */
export function StreamInfo({ plan }: { plan: Occurrence | undefined }) {
  const { data, isPending, error, refetch, isFetching } = useQuery(channelQuery);
  return (
    <Panel
      title="Stream info"
      tools={
        <Tooltip label="Read again from Twitch">
          <ActionIcon variant="subtle" color="gray" aria-label="Read again from Twitch" loading={isFetching} onClick={() => void refetch()}><RotateCcw size={16} /></ActionIcon>
        </Tooltip>
      }
    >
      {isPending && <Skeleton height={260} role="status" aria-label="Loading the stream info" />}
      {error && !data && <Failure title="Twitch did not tell it" error={error} onRetry={() => void refetch()} />}
      {data && <Editor now={data} plan={plan} />}
    </Panel>
  );
}

function Editor({ now, plan }: { now: ChannelInfo; plan: Occurrence | undefined }) {
  const [draft, setDraft] = useState<Draft>({});
  const send = useSend();
  const labels = useQuery({
    queryKey: ["twitch-labels"],
    queryFn: async ({ signal }) => (await api.get<{ items: Label[] }>("/api/twitch/labels", { signal })).items,
    staleTime: Infinity,
  });
  const info = { ...now, ...draft };
  const changed = Object.keys(changes(now, draft)).length > 0;
  const edit = (change: Draft) => {
    setDraft((old) => ({ ...old, ...change }));
    if (send.error) send.reset();
  };
  const fields = send.error instanceof ApiError ? send.error.fields : {};
  const save = () => {
    if (changed) send.mutate(draft, { onSuccess: () => setDraft((latest) => (latest === draft ? {} : latest)) });
  };
  return (
    <form action={save} aria-label="Stream info">
      <Stack gap="sm">
        {send.error && Object.keys(fields).length === 0 && <Alert color="red" variant="light" role="alert">{sentence(send.error)}</Alert>}
        <Textarea
          label="Title" autosize minRows={1} maxRows={4} maxLength={140} required value={info.title} error={fields.title}
          onChange={(event) => edit({ title: event.currentTarget.value.replace(/\n/g, " ") })}
        />
        <CategoryField
          id={info.categoryId} name={info.categoryName} error={fields.categoryId}
          onChange={(category) => edit({ categoryId: category.id, categoryName: category.name })}
        />
        <TagsInput
          label="Tags" description={`${info.tags.length} of ${MOST_TAGS}`} maxTags={MOST_TAGS} value={info.tags} error={fields.tags}
          placeholder={info.tags.length < MOST_TAGS ? "Add one" : undefined} clearable={false} onChange={(tags) => edit({ tags: asTags(tags) })}
        />
        <Select
          label="Language" searchable allowDeselect={false} data={languages(info.language)} value={info.language || null} error={fields.language}
          onChange={(language) => language && edit({ language })}
        />
        <MultiSelect
          label="Content labels" value={info.labels} error={fields.labels ?? (labels.error ? sentence(labels.error) : undefined)}
          placeholder={info.labels.length === 0 ? "None" : undefined}
          data={labelsOf(labels.data, info.labels)} onChange={(chosen) => edit({ labels: chosen })}
        />
        <div className={classes.actions}>
          {plan && (
            <Button variant="subtle" color="gray" px="xs" leftSection={<CalendarArrowDown size={16} />} onClick={() => edit(ofPlan(plan))}>From the plan</Button>
          )}
          <span className={classes.end}>
            {changed && <Button variant="default" onClick={() => setDraft({})}>Discard</Button>}
            <Button type="submit" disabled={!changed} loading={send.isPending}>Save</Button>
          </span>
        </div>
      </Stack>
    </form>
  );
}

/** The labels to choose from; those that are set too, when Twitch lists them no more. */
function labelsOf(known: Label[] | undefined, set: string[]): { value: string; label: string }[] {
  const listed = known?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return [...listed, ...set.filter((id) => !listed.some(({ value }) => value === id)).map((id) => ({ value: id, label: id }))];
}
