import { Alert, Button, Loader, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Account, ShownInvitation } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { Moment } from "../../lib/Moment";
import { missing, PasswordField } from "../../lib/PasswordField";
import { untilBack } from "../../lib/outage";
import { meQuery, setupQuery } from "../../lib/session";
import { Provider } from "./Provider";
import { useSecret } from "./secret";
import { Welcome } from "./Welcome";

/** Where an invitation leads: one chooses a password, and is in. */
export function InvitePage() {
  const token = useSecret();
  const shown = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => api.post<ShownInvitation>("/api/accounts/invitations/show", { token }, { signal }),
    enabled: token !== "",
    staleTime: Infinity,
    ...untilBack,
  });
  if (token === "") return <Over text="The link is not whole. Copy all of it, up to its end, or ask for another one." />;
  if (shown.isPending) return <Welcome title="One moment" intro="Looking up your invitation." waiting><Loader /></Welcome>;
  if (shown.isError) return <Over text={sentence(shown.error)} />;
  return <Accept token={token} invitation={shown.data} />;
}

function Over({ text }: { text: string }) {
  return (
    <Welcome title="This link does not open" intro={text}>
      <Link to="/login" className="ember-link">Sign in instead</Link>
    </Welcome>
  );
}

function Accept({ token, invitation }: { token: string; invitation: ShownInvitation }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const setup = useQuery(setupQuery);
  const accept = useMutation({
    mutationFn: () => api.post<Account>("/api/accounts/invitations/accept", { token, password }),
    onSuccess: async (account) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, account);
      await navigate({ to: "/streams", replace: true });
    },
  });
  const fields = accept.error instanceof ApiError ? accept.error.fields : {};
  return (
    <Welcome
      title="You are invited"
      intro={<>As <strong>{invitation.role}</strong>, with the address <strong>{invitation.email}</strong>. The link ends <Moment at={invitation.expiresAt} />.</>}
    >
      <form action={() => accept.mutate()}>
        <Stack>
          {accept.isError && <Alert color="red" variant="light" role="alert">{sentence(accept.error)}</Alert>}
          <input type="hidden" autoComplete="username" value={invitation.email} />
          <PasswordField label="Choose a password" size="md" autoFocus value={password} error={fields.password} onChange={setPassword} />
          <Button type="submit" size="md" mt="xs" loading={accept.isPending} disabled={missing(password) > 0}>Join</Button>
          <Provider name={setup.data?.oidc} />
        </Stack>
      </form>
    </Welcome>
  );
}
