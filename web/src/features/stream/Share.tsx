import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { Check, Link2 } from "lucide-react";
import { clock, linkTime } from "../../lib/time";
import { usePlaybackTime, type Playback } from "./player/playback";

/** Copies a link to this moment. */
export function Share({ playback }: { playback: Playback }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const time = usePlaybackTime(playback);
  return (
    <Button
      variant="subtle" color="gray" size="compact-sm"
      leftSection={clipboard.copied ? <Check size={15} /> : <Link2 size={15} />}
      onClick={() => clipboard.copy(`${location.origin}${location.pathname}?t=${linkTime(time)}`)}
    >
      <span className="tabular">{clipboard.copied ? "Copied" : `Copy link at ${clock(time)}`}</span>
    </Button>
  );
}
