import { Alert, Button, Group, Popover, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarArrowDown, CalendarPlus, Link } from "lucide-react";
import { useState } from "react";
import type { Address } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Ask } from "../../lib/Confirm";
import { Copy } from "../../lib/Copy";
import { useMay } from "../../lib/session";

const ADDRESS = "/api/series/calendar/address";
const KEY = ["calendar-address"];

/** The plans as a calendar of other programs. */
export function CalendarFile() {
  const [shown, setShown] = useState<"file" | "end">();
  const mayEdit = useMay("edit");
  const client = useQueryClient();
  const end = async () => {
    await api.delete(ADDRESS);
    client.setQueryData<Address>(KEY, { url: "" });
  };
  return (
    <>
      <Popover opened={shown === "file"} onChange={() => setShown((now) => (now === "file" ? undefined : now))} width={360} position="bottom-end" shadow="lg" radius="lg" trapFocus>
        <Popover.Target>
          <Button variant="default" leftSection={<CalendarArrowDown size={16} />} onClick={() => setShown(shown ? undefined : "file")}>Calendar file</Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Calendar file">
          <Stack gap="sm">
            <Text size="sm" lh={1.5}>The streams of the year to come, for the calendar on your phone or computer.</Text>
            <Button component="a" href="/api/series/calendar.ics" download="afterglow.ics" variant="light" leftSection={<CalendarArrowDown size={16} />}>Download</Button>
            {mayEdit && <Subscription onEnd={() => setShown("end")} />}
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Ask
        opened={shown === "end"} onClose={() => setShown(undefined)} title="End the address?" yes="End the address" no="Keep it" loses run={end}
        text="Calendars that read it show no more changes. A new one can be made at any time."
      />
    </>
  );
}

/** The address at which calendar programs read the plans by themselves. */
function Subscription({ onEnd }: { onEnd: () => void }) {
  const client = useQueryClient();
  const address = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<Address>(ADDRESS, { signal }) });
  const make = useMutation({
    mutationFn: () => api.post<Address>(ADDRESS),
    onSuccess: (made) => client.setQueryData(KEY, made),
  });
  const error = address.error ?? make.error;
  if (error) return <Alert color="red" variant="light" role="alert">{sentence(error)}</Alert>;
  if (!address.data) return <Skeleton height={60} radius="md" role="status" aria-label="Loading the address" />;
  const { url } = address.data;
  if (!url) {
    return (
      <>
        <Button variant="default" leftSection={<Link size={16} />} loading={make.isPending} onClick={() => make.mutate()}>Make an address</Button>
        <Text size="sm" c="dimmed" lh={1.5}>Calendar programs read it by themselves, and follow what you change.</Text>
      </>
    );
  }
  return (
    <>
      <TextInput label="Address" readOnly value={url} onFocus={(event) => event.currentTarget.select()} rightSection={<Copy text={url} label="Copy the address" />} />
      <Text size="sm" c="dimmed" lh={1.5}>Whoever has it sees what is planned, without your notes.</Text>
      <Group gap="xs" grow>
        <Button component="a" href={url.replace(/^https?:/, "webcal:")} variant="default" leftSection={<CalendarPlus size={16} />}>Subscribe</Button>
        <Button variant="subtle" color="red" onClick={onEnd}>End it</Button>
      </Group>
    </>
  );
}
