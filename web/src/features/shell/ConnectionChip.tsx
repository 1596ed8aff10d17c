import { Popover, Text, UnstyledButton } from "@mantine/core";
import { useConnection } from "../../lib/live";
import type { Connection } from "../../lib/socket";
import classes from "./ConnectionChip.module.css";

const MEANING: Record<Connection, { label: string; text: string }> = {
  live: { label: "Live", text: "Connected. What happens on the server shows here at once, in every window." },
  connecting: { label: "Connecting", text: "Catching up with the server. What you see may be a few seconds old." },
  down: { label: "Reconnecting", text: "The server does not answer. What you see is the last that was known; trying again until it is back." },
};

/** Whether what one sees is current. */
export function ConnectionChip({ compact = false }: { compact?: boolean }) {
  const connection = useConnection();
  const { label, text } = MEANING[connection];
  return (
    <Popover width={260} position="top-start" shadow="lg" withArrow>
      <Popover.Target>
        <UnstyledButton className={classes.chip} data-connection={connection} data-compact={compact || undefined} aria-label={`Connection: ${label}`}>
          <span className={classes.dot} aria-hidden="true" />
          <span role="status">{label}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown><Text size="sm" lh={1.5}>{text}</Text></Popover.Dropdown>
    </Popover>
  );
}
