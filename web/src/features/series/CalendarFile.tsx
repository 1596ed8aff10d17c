import { Button, Popover, Stack, Text, TextInput } from "@mantine/core";
import { CalendarArrowDown } from "lucide-react";
import { useState } from "react";
import { Copy } from "../../lib/Copy";

/** The plans as a calendar of other programs. */
export function CalendarFile() {
  const [opened, setOpened] = useState(false);
  const url = new URL("/api/series/calendar.ics", location.href).href;
  return (
    <Popover opened={opened} onChange={setOpened} width={340} position="bottom-end" shadow="lg" radius="lg" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<CalendarArrowDown size={16} />} onClick={() => setOpened(!opened)}>Calendar file</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Calendar file">
        <Stack gap="sm">
          <Text size="sm" lh={1.5}>The streams of the year to come, for the calendar on your phone or computer.</Text>
          <Button component="a" href={url} download="afterglow.ics" variant="light" leftSection={<CalendarArrowDown size={16} />}>Download</Button>
          <TextInput label="Address" readOnly value={url} onFocus={(event) => event.currentTarget.select()} rightSection={<Copy text={url} label="Copy the address" />} />
          <Text size="sm" c="dimmed" lh={1.5}>A program that reads this address by itself has to show an API token of yours, from the settings.</Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
