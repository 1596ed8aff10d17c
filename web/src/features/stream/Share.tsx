import { Alert, Button, Divider, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, Globe, Share2 } from "lucide-react";
import { useState } from "react";
import type { Link as SignedLink, Stream } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Copy } from "../../lib/Copy";
import { showAnswer } from "../../lib/live";
import { absolute } from "../../lib/time";
import classes from "./Share.module.css";

/** Who may watch a stream: everybody, or who has a link that ends. */
export function Share({ stream }: { stream: Stream }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        variant={stream.published ? "light" : "default"} size="compact-sm" h={36} px="sm"
        leftSection={stream.published ? <Globe size={15} /> : <Share2 size={15} />} onClick={() => setOpened(true)}
      >
        {stream.published ? "Public" : "Share"}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Share this stream" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
        <Stack gap="lg">
          <Publish stream={stream} />
          <Divider />
          <EndingLink path={`/api/streams/${stream.id}/links`} disabled={!stream.playable} />
        </Stack>
      </Modal>
    </>
  );
}

function Publish({ stream }: { stream: Stream }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (published: boolean) =>
      showAnswer(client, `stream/${stream.id}`, () => api.post<Stream>(`/api/streams/${stream.id}/${published ? "publish" : "unpublish"}`)),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["streams"] }),
  });
  const url = new URL(`/watch/${stream.id}`, location.href).href;
  return (
    <Stack gap="sm">
      <Switch
        label="Everybody may watch" description="On a page of its own, without signing in. Names of files and markers stay with you."
        checked={change.isPending ? change.variables : stream.published} disabled={change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {change.error && <Alert color="red" variant="light" role="alert">{sentence(change.error)}</Alert>}
      {stream.published && (
        <div className={classes.link}>
          <TextInput
            className={classes.url} aria-label="Link to the watch page" readOnly value={url} onFocus={(event) => event.currentTarget.select()}
            rightSection={<Copy text={url} label="Copy the link" />}
          />
          <Button component="a" href={url} target="_blank" rel="noopener" variant="default" leftSection={<ExternalLink size={15} />}>Open</Button>
        </div>
      )}
    </Stack>
  );
}

const LASTS = [
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
  { value: "2592000", label: "30 days" },
];

/** Makes links that let everybody who has them watch for a while. */
export function EndingLink({ path, disabled }: { path: string; disabled: boolean }) {
  const [lasts, setLasts] = useState("86400");
  const make = useMutation({ mutationFn: (expiresIn: number) => api.post<SignedLink>(path, { expiresIn }) });
  const page = make.data && watchPage(make.data.url);
  return (
    <Stack gap="sm">
      <div>
        <Text fw={500}>A link that ends</Text>
        <Text size="sm" c="dimmed">Whoever has it may watch until then, also while it is not public. It cannot be taken back.</Text>
      </div>
      <div className={classes.link}>
        <Select className={classes.lasts} aria-label="It works for" data={LASTS} value={lasts} allowDeselect={false} onChange={(value) => value && setLasts(value)} />
        <Button variant="light" disabled={disabled} loading={make.isPending} onClick={() => make.mutate(Number(lasts))}>Make a link</Button>
      </div>
      {disabled && <Text size="sm" c="dimmed">There is nothing to play yet.</Text>}
      {make.error && <Alert color="red" variant="light" role="alert">{sentence(make.error)}</Alert>}
      {make.data && page && (
        <Stack gap={6}>
          <TextInput
            label="Watch page" readOnly value={page} onFocus={(event) => event.currentTarget.select()}
            rightSection={<Copy text={page} label="Copy the link that ends" />}
          />
          <TextInput
            label="For other players" readOnly value={make.data.url} onFocus={(event) => event.currentTarget.select()}
            rightSection={<Copy text={make.data.url} label="Copy the playlist’s address" />}
          />
          <Text size="sm" c="dimmed">Works until {absolute(new Date(make.data.expiresAt))}</Text>
        </Stack>
      )}
    </Stack>
  );
}

/** The page that plays a signed playlist: its token is behind the `#`, which no server is told. */
function watchPage(playlist: string): string {
  const token = /\/media\/signed\/([^/]+)\//.exec(playlist)?.[1] ?? "";
  return new URL(`/watch#${token}`, location.href).href;
}
