import type { StreamClip } from "../../gen/api";
import { counted } from "../../lib/format";
import { leading, progress, stagesOf, useJobs } from "../../lib/jobs";
import { overParts } from "../../lib/stages";

/** How far the work on a clip is: per cent, where that is known, and in words. */
export function useMaking(clip: StreamClip): { percent: number | undefined; text: string } {
  const { data: board } = useJobs();
  const stage = overParts(leading(stagesOf(board?.items, clip.id)), clip);
  const { partsDone, partsTotal } = clip;
  const now = stage && progress(stage);
  if (partsTotal > 0) {
    return {
      percent: stage ? stage.percent : (100 * partsDone) / partsTotal,
      text: [`${partsDone} of ${counted(partsTotal, "part")}`, clip.paused ? "paused" : now ?? "Waiting for its turn"].join(" · "),
    };
  }
  return { percent: stage?.percent, text: clip.paused ? "Paused" : now ?? (clip.state === "registered" ? "Waiting to be looked at" : "Waiting for its turn") };
}
