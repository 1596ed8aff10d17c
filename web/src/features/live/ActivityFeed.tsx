import { Select, Skeleton } from "@mantine/core";
import { BellRing } from "lucide-react";
import { useMemo, useState } from "react";
import { kindOf, sentenceOf, type Activity } from "../../lib/chat/activity";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import { keyOf, shown } from "./activities";
import classes from "./ActivityFeed.module.css";
import { Panel } from "./Panel";
import type { useActivities } from "./useActivities";

/** Follows, subscriptions, raids and whatever else is done in the channel, newest first. */
export function ActivityFeed({ activity: { history, activities } }: { activity: ReturnType<typeof useActivities> }) {
  const [filter, setFilter] = useState("alerts");
  const kinds = useMemo(() => [...new Set(activities.map(({ kind }) => kind))].sort(), [activities]);
  const visible = shown(activities, filter);
  return (
    <Panel
      title="Activity" fills
      tools={
        <Select
          size="xs" w={150} aria-label="Show" allowDeselect={false} value={filter} onChange={(value) => value && setFilter(value)}
          comboboxProps={{ width: 200, position: "bottom-end" }}
          data={[
            { group: "Together", items: [{ value: "alerts", label: "Alerts" }, { value: "all", label: "Everything" }] },
            ...(kinds.length > 0 ? [{ group: "Only", items: kinds.map((kind) => ({ value: kind, label: labelOf(kind) })) }] : []),
          ]}
        />
      }
    >
      {history.isPending && <div className={classes.loading} role="status" aria-label="Loading the activity">{[1, 2, 3, 4].map((i) => <Skeleton key={i} height={34} />)}</div>}
      {history.isError && activities.length === 0 && <Failure title="The activity could not be read" error={history.error} onRetry={() => void history.refetch()} />}
      {history.data && visible.length === 0 && (
        <div className={classes.empty}>
          <BellRing size={24} aria-hidden="true" />
          <p>{filter === "alerts" ? "Follows, subscriptions, raids and cheers show here the moment they happen." : "Nothing of this kind yet."}</p>
        </div>
      )}
      {visible.length > 0 && (
        <ol className={classes.list} aria-label="Activity, newest first" tabIndex={0}>
          {visible.map((activity) => <Row key={keyOf(activity)} activity={activity} />)}
        </ol>
      )}
    </Panel>
  );
}

function labelOf(kind: string): string {
  const { label } = kindOf(kind);
  if (label !== "Other") return label;
  const words = kind.replaceAll("_", " ").replaceAll(".", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Row({ activity }: { activity: Activity }) {
  const { icon: Icon } = kindOf(activity.kind);
  const { who, what } = sentenceOf(activity);
  return (
    <li className={classes.row} data-kind={activity.kind} data-quiet={!activity.alert || undefined}>
      <span className={classes.icon} aria-hidden="true"><Icon size={16} /></span>
      <div className={classes.words}>
        <p className={classes.sentence}><strong>{who}</strong> {what}</p>
        {activity.text && <p className={classes.text}>{activity.text}</p>}
      </div>
      <span className={classes.when}><Moment at={activity.seenAt} />{activity.found && <span title="Twitch did not tell it then; it was looked up">later found</span>}</span>
    </li>
  );
}
