import { Alert, Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { CreatedInvitation, Role } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { ROLES } from "./roles";
import { Secret } from "./Secret";

/** Makes a link for somebody to come in with. */
export function Invite({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("moderator");
  const invite = useMutation({
    mutationFn: () => api.post<CreatedInvitation>("/api/accounts/invitations", { email: email.trim(), role }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["invitations"] }),
  });
  if (invite.data) {
    return (
      <Stack>
        <Secret text={invite.data.link} label="Copy the link" note={`Send this link to ${invite.data.email}. It is shown only this once, and works once.`} />
        <Button onClick={onClose}>Done</Button>
      </Stack>
    );
  }
  const fields = invite.error instanceof ApiError ? invite.error.fields : {};
  return (
    <form action={() => invite.mutate()}>
      <Stack>
        {invite.error && !fields.email && !fields.role && <Alert color="red" variant="light" role="alert">{sentence(invite.error)}</Alert>}
        <TextInput
          data-autofocus type="email" label="E-mail" description="What they sign in with" required
          value={email} error={fields.email} onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select label="Role" data={ROLES} value={role} allowDeselect={false} error={fields.role} onChange={(value) => value && setRole(value as Role)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={invite.isPending}>Make the link</Button>
        </Group>
      </Stack>
    </form>
  );
}
