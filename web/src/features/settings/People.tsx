import { Button, Modal, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import type { Account, Invitation } from "../../gen/api";
import { all, api, type Page } from "../../lib/api";
import { Badge } from "../../lib/Badge";
import { Confirm } from "../../lib/Confirm";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import { meQuery } from "../../lib/session";
import { Invite } from "./Invite";
import { Person } from "./Person";
import classes from "./SettingsPage.module.css";

/** Everybody who may come in, and who is invited. */
export function People() {
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const { data: me } = useQuery(meQuery);
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => all<Account>("/api/accounts", { signal }) });
  const invited = useQuery({
    queryKey: ["invitations"],
    queryFn: async ({ signal }) => (await api.get<Page<Invitation>>("/api/accounts/invitations", { signal })).items,
  });
  const error = people.error ?? invited.error;
  return (
    <>
      {people.isPending && <Skeleton height={52} />}
      {error && <Failure title="The people could not be loaded" error={error} onRetry={() => void Promise.all([people.refetch(), invited.refetch()])} />}
      <ul className={classes.list} aria-label="People">
        {people.data?.map((account) => <li key={account.id} className={classes.row}><Person account={account} self={account.id === me?.id} /></li>)}
        {invited.data?.map((invitation) => (
          <li key={invitation.id} className={classes.row}>
            <div className={classes.name}>
              <span className={classes.email}>{invitation.email}</span>
              <Badge tone="calm">Invited as {invitation.role}</Badge>
              <div className={classes.text}>The link ends <Moment at={invitation.expiresAt} /></div>
            </div>
            <Confirm
              variant="subtle" color="red" c="var(--bad)" label={`Withdraw the invitation of ${invitation.email}`} title="Withdraw the invitation?"
              text={<>The link of {invitation.email} opens nothing any more.</>} yes="Withdraw" no="Keep it" loses
              run={async () => {
                await api.delete(`/api/accounts/invitations/${invitation.id}`);
                await client.invalidateQueries({ queryKey: ["invitations"] });
              }}
            >
              Withdraw
            </Confirm>
          </li>
        ))}
      </ul>
      <Button mt="md" variant="light" leftSection={<UserPlus size={16} />} onClick={() => setInviting(true)}>Invite somebody</Button>
      <Modal opened={inviting} onClose={() => setInviting(false)} title="Invite somebody" closeButtonProps={{ "aria-label": "Close" }}>
        <Invite onClose={() => setInviting(false)} />
      </Modal>
    </>
  );
}
