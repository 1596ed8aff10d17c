import { Alert, Button, FileButton, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import type { Imported } from "../../gen/api";
import { sentence } from "../../lib/api";
import { counted } from "../../lib/format";
import { Meter } from "../../lib/Meter";
import { readChat, sendChat } from "./imports";

interface ChatImportProps {
  opened: boolean;
  onClose: () => void;
  streamId: string;
}

/** Adds the chat that TwitchDownloader has saved; what is known already stays as it is. */
export function ChatImport({ opened, onClose, streamId }: ChatImportProps) {
  const client = useQueryClient();
  const stop = useRef<AbortController>(undefined);
  const [so, setSo] = useState<Imported & { sent: number; of: number }>();
  const adding = useMutation({
    mutationFn: async (file: File) => {
      setSo(undefined);
      const chat = readChat(await file.text());
      const of = chat.comments.length;
      setSo({ added: 0, known: 0, sent: 0, of });
      stop.current = new AbortController();
      return sendChat(streamId, chat, (sent, told) => setSo({ ...told, sent, of }), stop.current.signal);
    },
    onSettled: () => {
      for (const queryKey of [["chat", streamId], ["replay", streamId], ["happenings", streamId]]) void client.invalidateQueries({ queryKey });
    },
  });
  const close = () => {
    stop.current?.abort();
    onClose();
    adding.reset();
    setSo(undefined);
  };
  const { data: done, error, isPending } = adding;
  return (
    <Modal opened={opened} onClose={close} title="Import a chat file" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack>
        {!so && !done && (
          <Text lh={1.55}>
            Choose the JSON that TwitchDownloader has saved of this stream’s chat. Messages that are here already stay as they are,
            so the same file can be chosen twice.
          </Text>
        )}
        {isPending && so && (
          <Stack gap={6}>
            <Meter value={(100 * so.sent) / so.of} label="Messages sent" />
            <Text size="sm" c="dimmed" className="tabular" role="status">{so.sent.toLocaleString("en")} of {counted(so.of, "message")}</Text>
          </Stack>
        )}
        {error && (
          <Alert color="red" variant="light" role="alert">
            {sentence(error)}
            {so && so.sent > 0 && ` ${counted(so.added, "message")} of the file ${so.added === 1 ? "is" : "are"} here by now. Choose it again to go on.`}
          </Alert>
        )}
        {done && (
          <Alert color="green" variant="light" role="status">
            {done.added.toLocaleString("en")} added, {done.known.toLocaleString("en")} known.
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{done ? "Close" : "Cancel"}</Button>
          {!done && (
            <FileButton accept="application/json,.json" onChange={(file) => file && adding.mutate(file)}>
              {(props) => <Button {...props} data-autofocus leftSection={<FileUp size={16} />} loading={isPending}>Choose a file</Button>}
            </FileButton>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
