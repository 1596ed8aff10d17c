import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, sentence } from "../../lib/api";
import { missing, PasswordField } from "../../lib/PasswordField";
import { meQuery } from "../../lib/session";
import { toast } from "../../lib/toasts";

/** Changes one's password, when asked to. */
export function Password() {
  const [open, setOpen] = useState(false);
  const { data: me } = useQuery(meQuery);
  if (me && !me.hasPassword) return <Text size="sm" c="dimmed">You sign in with your provider, so there is no password here.</Text>;
  return open ? <Form onClose={() => setOpen(false)} /> : <Button variant="default" onClick={() => setOpen(true)}>Change the password</Button>;
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => api.post("/api/me/password", { current, password }),
    onSuccess: () => {
      onClose();
      void client.invalidateQueries({ queryKey: ["sessions"] });
      toast("The new password holds. Everywhere else you are signed out.");
    },
  });
  const fields = change.error instanceof ApiError ? change.error.fields : {};
  return (
    <form action={() => change.mutate()}>
      <Stack maw={420}>
        {change.error && !fields.current && !fields.password && <Alert color="red" variant="light" role="alert">{sentence(change.error)}</Alert>}
        <PasswordInput
          label="Current password" autoFocus autoComplete="current-password" required
          value={current} error={fields.current} onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordField label="New password" value={password} error={fields.password} onChange={setPassword} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!current || missing(password) > 0}>Save</Button>
          <Button variant="default" onClick={onClose}>Cancel</Button>
        </Group>
      </Stack>
    </form>
  );
}
