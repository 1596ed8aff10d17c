import { Alert, Button, Group, Modal, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { CreatedToken, Role, Token } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { Confirm } from "../../lib/Confirm";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import { meQuery } from "../../lib/session";
import { below, ROLES } from "./roles";
import { Secret } from "./Secret";
import classes from "./SettingsPage.module.css";

/** What programs sign in with. */
export function Tokens() {
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
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
        <ul className={classes.list} aria-label="Tokens">
          {tokens.map((token) => (
            <li key={token.id} className={classes.row}>
              <div className={classes.name}>
                <span className={classes.email}>{token.name}</span>
                <span className={classes.role}>{token.role}</span>
                <div className={classes.text}>
                  Created <Moment at={token.createdAt} />, {token.lastUsedAt ? <>last used <Moment at={token.lastUsedAt} /></> : "never used"}
                </div>
              </div>
              <Confirm
                variant="subtle" color="red" c="var(--bad)" label={`Revoke ${token.name}`} title={`Revoke “${token.name}”?`}
                text="Whatever uses it is locked out at once. This cannot be undone." yes="Revoke" no="Keep it" loses
                run={async () => {
                  await api.delete(`/api/tokens/${token.id}`);
                  await client.invalidateQueries({ queryKey: ["tokens"] });
                }}
              >
                Revoke
              </Confirm>
            </li>
          ))}
        </ul>
      )}
      <Button mt="md" variant="light" leftSection={<Plus size={16} />} onClick={() => setCreating(true)}>Create a token</Button>
      <Modal opened={creating} onClose={() => setCreating(false)} title="Create a token" closeButtonProps={{ "aria-label": "Close" }}>
        <CreateForm onClose={() => setCreating(false)} />
      </Modal>
    </>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const { data: me } = useQuery(meQuery);
  const roles = ROLES.filter(({ value }) => me && below(me.role).includes(value));
  const create = useMutation({
    mutationFn: () => api.post<CreatedToken>("/api/tokens", { name: name.trim(), role }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (create.data) {
    return (
      <Stack>
        <Secret text={create.data.token} label="Copy the token" note="Copy it now. It is shown only this once, and nobody can read it again." />
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
        <Select label="Role" data={roles} value={role} allowDeselect={false} error={fields.role} onChange={(value) => value && setRole(value as Role)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={create.isPending}>Create</Button>
        </Group>
      </Stack>
    </form>
  );
}
