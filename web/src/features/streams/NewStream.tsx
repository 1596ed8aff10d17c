import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Stream } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";

/** Makes a stream before there is a recording of it, and opens it. */
export function NewStream({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New stream" closeButtonProps={{ "aria-label": "Close" }}>
      <Form onClose={onClose} />
    </Modal>
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
      return navigate({ to: "/streams/$streamId", params: { streamId: stream.id }, replace: true });
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
