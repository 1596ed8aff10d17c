import { Alert, Button, Group, Modal, Stack, Text, type ButtonProps } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { sentence } from "./api";

interface Question {
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

interface ConfirmProps extends Question, ButtonProps {
  /** What the button is called for who cannot see where it stands. */
  label?: string;
}

/** A button that asks before it does what cannot be undone. */
export function Confirm({ label, title, text, yes, no, loses, run, ...button }: ConfirmProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button {...button} aria-label={label} onClick={() => setOpened(true)} />
      <Ask {...{ title, text, yes, no, loses, run, opened }} onClose={() => setOpened(false)} />
    </>
  );
}

/** Asks before something is done that cannot be undone, and does it. */
export function Ask({ title, text, yes, no, loses = false, run, opened, onClose }: Question & { opened: boolean; onClose: () => void }) {
  const doing = useMutation({ mutationFn: run, onSuccess: onClose });
  const close = () => {
    doing.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <Stack>
        <Text component="div" lh={1.55}>{text}</Text>
        {doing.error && <Alert color="red" variant="light" role="alert">{sentence(doing.error)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>{no}</Button>
          <Button color={loses ? "red.8" : undefined} loading={doing.isPending} onClick={() => doing.mutate()}>{yes}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
