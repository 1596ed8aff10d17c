import { Button, Popover, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarArrowDown, Link } from "lucide-react";
import { useRef, useState } from "react";
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
  const button = useRef<HTMLButtonElement>(null);
  const mayEdit = useMay("edit");
  const client = useQueryClient();
  const askToEnd = () => {
    button.current?.focus(); // it comes back there
    setShown("end");
  };
  const end = async () => {
    await api.delete(ADDRESS);
    client.setQueryData<Address>(KEY, { url: "" });
  };
  return (
    <>
      <Popover opened={shown === "file"} onChange={() => setShown((now) => (now === "file" ? undefined : now))} width={360} position="bottom-end" shadow="lg" radius="lg" trapFocus>
        <Popover.Target>
          <Button ref={button} variant="default" leftSection={<CalendarArrowDown size={16} />} onClick={() => setShown(shown ? undefined : "file")}>Calendar file</Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Calendar file">
          <Stack gap="sm">
            <Text size="sm" lh={1.5}>The streams of the year to come, for the calendar on your phone or computer.</Text>
            <Button component="a" href="/api/series/calendar.ics" download="afterglow.ics" variant="light" leftSection={<CalendarArrowDown size={16} />}>Download</Button>
            {mayEdit && <Subscription onEnd={askToEnd} />}
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
  const address = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<Address>(ADDRESS, { signal }), staleTime: 0 });
  const make = useMutation({
    mutationFn: () => api.post<Address>(ADDRESS),
    onSuccess: (made) => client.setQueryData(KEY, made),
  });
  const error = make.error ?? address.error;
  if (address.isPending) return <Skeleton height={60} radius="md" role="status" aria-label="Loading the address" />;
  if (!address.data?.url) {
    return (
      <>
        {error && <Text size="sm" c="red" role="alert">{sentence(error)}</Text>}
        <Button variant="default" leftSection={<Link size={16} />} loading={make.isPending} onClick={() => make.mutate()}>Make an address</Button>
        <Text size="sm" c="dimmed" lh={1.5}>Calendar programs read it by themselves, and follow what you change.</Text>
      </>
    );
  }
  // Where one is here can be reached from here; the server knows the host only when it was told.
  const url = new URL(new URL(address.data.url).pathname, location.href).href;
  return (
    <>
      <TextInput
        label="Address" readOnly value={url} autoFocus={make.isSuccess} onFocus={(event) => event.currentTarget.select()}
        rightSection={<Copy text={url} label="Copy the address" />}
      />
      <Text size="sm" c="dimmed" lh={1.5}>Whoever has it sees what is planned, and why a stream is skipped; not your notes.</Text>
      <Button variant="subtle" color="red" onClick={onEnd}>End it</Button>
    </>
  );
}
