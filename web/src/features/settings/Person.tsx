import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Account, PasswordReset, Role } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Badge } from "../../lib/Badge";
import { Confirm } from "../../lib/Confirm";
import { Moment } from "../../lib/Moment";
import { toast } from "../../lib/toasts";
import { ROLES } from "./roles";
import { Secret } from "./Secret";
import classes from "./SettingsPage.module.css";

/** One account; one's own is changed under "Account". */
export function Person({ account, self }: { account: Account; self: boolean }) {
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: ["people"] });
  const change = useMutation({
    mutationFn: ({ role }: { role: Role; before: Role }) => api.patch<Account>(`/api/accounts/${account.id}`, { role }),
    // By then the account may show the new role.
    onSuccess: (_, { role, before }) =>
      toast(`${account.email} is ${role} now, and signs in anew`, { action: { label: "Undo", run: () => change.mutate({ role: before, before: role }) } }),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
    onSettled: changed,
  });
  const reset = useMutation({
    mutationFn: () => api.post<PasswordReset>(`/api/accounts/${account.id}/reset`),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
  });
  return (
    <>
      <div className={classes.name}>
        <span className={classes.email}>{account.email}</span>
        {self && <Badge tone="good">You</Badge>}
        <div className={classes.text}>{account.seenAt ? <>Last seen <Moment at={account.seenAt} /></> : "Not signed in anywhere"}</div>
      </div>
      {self ? <span className={classes.role}>{account.role}</span> : (
        <Group gap="xs">
          <Select
            w={132} aria-label={`Role of ${account.email}`} allowDeselect={false} disabled={change.isPending} value={account.role}
            data={ROLES.map(({ value }) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))}
            onChange={(role) => role && role !== account.role && change.mutate({ role: role as Role, before: account.role })}
          />
          {account.hasPassword && (
            <Button variant="subtle" color="gray" aria-label={`Password link for ${account.email}`} loading={reset.isPending} onClick={() => reset.mutate()}>
              Password link
            </Button>
          )}
          <Confirm
            variant="subtle" color="red" c="var(--bad)" label={`Remove ${account.email}`} title={`Remove ${account.email}?`}
            text="They are signed out everywhere, and their tokens stop working. What they made stays." yes="Remove" no="Keep them" loses
            run={async () => {
              await api.delete(`/api/accounts/${account.id}`);
              await changed();
            }}
          >
            Remove
          </Confirm>
        </Group>
      )}
      <Modal opened={reset.data !== undefined} onClose={reset.reset} title="Another password" closeButtonProps={{ "aria-label": "Close" }}>
        {reset.data && (
          <Stack>
            <Secret text={reset.data.link} label="Copy the link" note={`Give this link to ${account.email}. It is shown only this once, and works once.`} />
            <Button onClick={reset.reset}>Done</Button>
          </Stack>
        )}
      </Modal>
    </>
  );
}
