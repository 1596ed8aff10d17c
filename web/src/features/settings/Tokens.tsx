import { Alert, Button, Code, Group, Modal, Select, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { CreatedToken, Role, Token } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { Copy } from "../../lib/Copy";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import { toast } from "../../lib/toasts";
import classes from "./SettingsPage.module.css";

const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: looks at everything" },
  { value: "developer", label: "Developer: also reads the log" },
  { value: "moderator", label: "Moderator: also sets markers" },
  { value: "editor", label: "Editor: also adds and changes recordings" },
  { value: "owner", label: "Owner: may do everything" },
];

export function Tokens() {
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["tokens"],
    queryFn: ({ signal }) => api.get<{ items: Token[] }>("/api/tokens", { signal }),
  });
  const tokens = data?.items ?? [];
  return (
    <>
      {isPending && <Skeleton height={52} />}
      {error && <Failure title="The tokens could not be loaded" error={error} onRetry={() => void refetch()} />}
      {data && tokens.length === 0 && (
        <p className={classes.empty}><KeyRound size={18} aria-hidden="true" />No token yet. Create one to use the API from a script.</p>
      )}
      {tokens.length > 0 && (
        <ul className={classes.tokens}>
          {tokens.map((token) => (
            <li key={token.id} className={classes.row}>
              <div className={classes.name}>
                <span className={classes.email}>{token.name}</span>
                <span className={classes.role}>{token.role}</span>
                <div className={classes.text}>
                  Created <Moment at={token.createdAt} />, {token.lastUsedAt ? <>last used <Moment at={token.lastUsedAt} /></> : "never used"}
                </div>
              </div>
              <Button variant="subtle" color="red" c="var(--bad)" aria-label={`Revoke ${token.name}`} onClick={() => setRevoking(token)}>Revoke</Button>
            </li>
          ))}
        </ul>
      )}
      <Button mt="md" variant="light" leftSection={<Plus size={16} />} onClick={() => setCreating(true)}>Create a token</Button>
      <Modal opened={creating} onClose={() => setCreating(false)} title="Create a token" closeButtonProps={{ "aria-label": "Close" }}>
        <CreateForm onClose={() => setCreating(false)} />
      </Modal>
      <Modal opened={revoking !== undefined} onClose={() => setRevoking(undefined)} title={`Revoke “${revoking?.name}”?`} closeButtonProps={{ "aria-label": "Close" }}>
        {revoking && <RevokeForm token={revoking} onClose={() => setRevoking(undefined)} />}
      </Modal>
    </>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const create = useMutation({
    mutationFn: () => api.post<CreatedToken>("/api/tokens", { name: name.trim(), role }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (create.data) {
    return (
      <Stack>
        <Alert color="ember" variant="light">Copy it now. It is shown only this once, and nobody can read it again.</Alert>
        <div className={classes.secret}><Code>{create.data.token}</Code><Copy text={create.data.token} label="Copy the token" /></div>
        <Button onClick={onClose}>Done</Button>
      </Stack>
    );
  }
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  return (
    <form action={() => create.mutate()}>
      <Stack>
        {create.error && <Alert color="red" variant="light" role="alert">{sentence(create.error)}</Alert>}
        <TextInput
          data-autofocus label="Name" description="What will use it" placeholder="Backup script" required maxLength={80}
          value={name} error={fields.name} onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select label="Role" data={ROLES} value={role} allowDeselect={false} error={fields.role} onChange={(value) => value && setRole(value as Role)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={create.isPending}>Create</Button>
        </Group>
      </Stack>
    </form>
  );
}

function RevokeForm({ token, onClose }: { token: Token; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.delete(`/api/tokens/${token.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["tokens"] });
      toast(`Revoked “${token.name}”`);
      onClose();
    },
  });
  return (
    <Stack>
      <Text>Whatever uses it is locked out at once. This cannot be undone.</Text>
      {revoke.error && <Alert color="red" variant="light" role="alert">{sentence(revoke.error)}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={onClose}>Keep it</Button>
        <Button color="red.8" loading={revoke.isPending} onClick={() => revoke.mutate()}>Revoke</Button>
      </Group>
    </Stack>
  );
}
