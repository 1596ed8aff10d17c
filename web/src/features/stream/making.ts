import type { StreamClip } from "../../gen/api";
import { leading, progress, stagesOf, useJobs } from "../../lib/jobs";

/** How far the work on a clip is: per cent, where that is known, and in words. */
export function useMaking(clip: StreamClip): { percent: number | undefined; text: string } {
  const { data: board } = useJobs();
  const stage = leading(stagesOf(board?.items, clip.id));
  const { partsDone, partsTotal } = clip;
  const now = stage && progress(stage);
  if (partsTotal > 0) {
    return {
      percent: (100 * partsDone) / partsTotal,
      text: [`${partsDone} of ${partsTotal} parts`, clip.paused ? "paused" : now].filter(Boolean).join(" · "),
    };
  }
  return { percent: stage?.percent, text: clip.paused ? "Paused" : now ?? (clip.state === "registered" ? "Waiting to be looked at" : "Waiting for its turn") };
}
