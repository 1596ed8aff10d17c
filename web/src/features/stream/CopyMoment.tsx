import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { Check, Link2 } from "lucide-react";
import { linkTo } from "../../lib/player/moment";
import { usePlaybackTime, type Playback } from "../../lib/player/playback";
import { clock } from "../../lib/time";

/** Copies a link to this moment. */
export function CopyMoment({ playback, page }: { playback: Playback; page: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const time = usePlaybackTime(playback);
  return (
    <Button
      variant="subtle" color="gray" size="compact-sm"
      leftSection={clipboard.copied ? <Check size={15} /> : <Link2 size={15} />}
      onClick={() => clipboard.copy(linkTo(page, time))}
    >
      <span className="tabular">{clipboard.copied ? "Copied" : `Copy link at ${clock(time)}`}</span>
    </Button>
  );
}
