/** How far the work on a clip is as a whole: pure, so that it can be tested without a server. */
import type { Clip, Stage } from "../gen/api";

/** The reactor that encodes, one part at a time. */
const ENCODING = "clips-encode";

/**
 * The stage as it is seen from the whole clip: the board knows only those of its parts whose turn has come, but
 * per cent and time left are to be those of all. Beside the parts, other stages say nothing of how far it is.
 */
export function overParts(stage: Stage | undefined, clip: Pick<Clip, "duration" | "partsDone" | "partsTotal">): Stage | undefined {
  const { duration = 0, partsDone = 0, partsTotal = 0 } = clip;
  if (!stage || partsTotal === 0) return stage;
  if (stage.reactor !== ENCODING) return { ...stage, percent: (100 * partsDone) / partsTotal, remaining: undefined };
  const share = Math.min(1, Math.max(partsDone, (stage.percent / 100) * stage.total) / partsTotal);
  return { ...stage, percent: 100 * share, remaining: stage.speed ? (duration * (1 - share)) / stage.speed : undefined };
}
