import { Alert, Button, Group, Modal, Stack, Text, type ButtonProps } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { sentence } from "./api";

interface ConfirmProps extends ButtonProps {
  /** What the button is called for who cannot see where it stands. */
  label?: string;
  /** The question, and what the answer means. */
  title: string;
  text: ReactNode;
  /** What the answers are called. */
  yes: string;
  no: string;
  /** It loses something, so that it is shown in red. */
  loses?: boolean;
  run: () => Promise<unknown>;
}

/** A button that asks before it does what cannot be undone. */
export function Confirm({ label, title, text, yes, no, loses = false, run, ...button }: ConfirmProps) {
  const [opened, setOpened] = useState(false);
  const doing = useMutation({ mutationFn: run, onSuccess: () => setOpened(false) });
  const ask = () => {
    doing.reset();
    setOpened(true);
  };
  return (
    <>
      <Button {...button} aria-label={label} onClick={ask} />
      <Modal opened={opened} onClose={() => setOpened(false)} title={title} closeButtonProps={{ "aria-label": "Close" }}>
        <Stack>
          <Text component="div" lh={1.55}>{text}</Text>
          {doing.error && <Alert color="red" variant="light" role="alert">{sentence(doing.error)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={() => setOpened(false)}>{no}</Button>
            <Button color={loses ? "red.8" : undefined} loading={doing.isPending} onClick={() => doing.mutate()}>{yes}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
