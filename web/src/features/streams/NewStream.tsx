import { ActionIcon, Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { Stream } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";

/** Makes a stream before there is a recording of it, and opens it. On a phone with `compact` it is an icon. */
export function NewStream({ compact = false, size }: { compact?: boolean; size?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {compact && (
        <ActionIcon hiddenFrom="sm" variant="default" size={44} aria-label="New stream" onClick={() => setOpen(true)}><Plus size={20} /></ActionIcon>
      )}
      <Button visibleFrom={compact ? "sm" : undefined} variant="default" size={size} leftSection={<Plus size={16} />} onClick={() => setOpen(true)}>
        New stream
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="New stream" closeButtonProps={{ "aria-label": "Close" }}>
        <Form onClose={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const create = useMutation({
    mutationFn: () => api.post<Stream>("/api/streams", { title: title.trim() }),
    onSuccess: (stream) => {
      void client.invalidateQueries({ queryKey: ["streams"] });
      return navigate({ to: "/streams/$streamId", params: { streamId: stream.id } });
    },
  });
  const field = create.error instanceof ApiError ? create.error.fields.title : undefined;
  return (
    <form action={() => create.mutate()}>
      <Stack>
        {create.error && !field && <Alert color="red" variant="light" role="alert">{sentence(create.error)}</Alert>}
        <TextInput
          data-autofocus label="Title" description="Its clock starts now; recordings can be added later" required maxLength={200}
          value={title} error={field} onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={create.isPending}>Create</Button>
        </Group>
      </Stack>
    </form>
  );
}
