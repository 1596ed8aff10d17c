import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Pause, Play } from "lucide-react";
import type { Clip, Pipeline } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Confirm } from "../../lib/Confirm";
import { showAnswer, useDocument } from "../../lib/live";
import { RetryButton } from "../../lib/RetryButton";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import classes from "./JobRow.module.css";

interface ControlsProps {
  clipId: string;
  name: string;
  state: Pipeline["state"];
  /** A stage of it offers to be tried again by itself. */
  retriable: boolean;
}

/** What can be done about the work on a clip: pause it, put it before others, cancel it, begin it anew. */
export function ClipControls(props: ControlsProps) {
  const mayEdit = useMay("edit");
  const { ref, entry } = useIntersection({ rootMargin: "200px" });
  if (!mayEdit || props.state === "done") return null;
  return <div ref={ref} className={classes.controls}>{entry?.isIntersecting && <Controls {...props} />}</div>;
}

/** The same where it can be seen; the clip tells whether it is paused, how urgent it is, and whether it can be tried again. */
function Controls({ clipId, name, state, retriable }: ControlsProps) {
  const client = useQueryClient();
  const topic = `clip/${clipId}`;
  const { data: clip } = useDocument<Clip>(topic, (signal) => api.get(`/api/clips/${clipId}`, { signal }));
  const change = useMutation({
    mutationFn: (run: () => Promise<Clip>) => showAnswer(client, topic, run),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
  });
  if (!clip) return null;
  if (state === "failed" || state === "cancelled") {
    return clip.state === "refused" || retriable ? null : <RetryButton clipId={clipId} name={name} size="compact-sm" />;
  }
  const { paused = false, priority = 0 } = clip;
  const prioritize = (by: number) => change.mutate(() => api.patch<Clip>(`/api/clips/${clipId}`, { priority: priority + by }));
  return (
    <>
      <Button
        size="compact-sm" variant="default" leftSection={paused ? <Play size={14} /> : <Pause size={14} />} aria-label={`${paused ? "Go on" : "Pause"}: ${name}`}
        onClick={() => change.mutate(() => api.post<Clip>(`/api/clips/${clipId}/${paused ? "resume" : "pause"}`))}
      >
        {paused ? "Go on" : "Pause"}
      </Button>
      <span className={classes.priority} role="group" aria-label="Priority">
        <Tooltip label="Before others"><ActionIcon variant="subtle" color="gray" aria-label={`Raise the priority of ${name}`} onClick={() => prioritize(1)}><ArrowUp size={16} /></ActionIcon></Tooltip>
        <Tooltip label="After others"><ActionIcon variant="subtle" color="gray" aria-label={`Lower the priority of ${name}`} onClick={() => prioritize(-1)}><ArrowDown size={16} /></ActionIcon></Tooltip>
        <span>{priority === 0 ? "Usual priority" : `Priority ${priority > 0 ? "+" : "−"}${Math.abs(priority)}`}</span>
      </span>
      {paused && <span className={classes.retry}>Paused: what has begun is finished, the rest waits.</span>}
      <Confirm
        size="compact-sm" variant="subtle" color="gray" label={`Cancel the work on ${name}`} title="Cancel this work?"
        text={<>“{name}” is not prepared any further. The recording stays, and the work can be begun anew.</>}
        yes="Cancel it" no="Let it go on" loses run={() => showAnswer(client, topic, () => api.post<Clip>(`/api/clips/${clipId}/cancel`))}
      >
        Cancel
      </Confirm>
    </>
  );
}
