import { Alert, Button, Code, Loader, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Account } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { Failure } from "../../lib/Notice";
import { missing, PasswordField } from "../../lib/PasswordField";
import { meQuery, setupQuery } from "../../lib/session";
import { useSecret } from "./secret";
import { Welcome } from "./Welcome";

/** Makes the first account, with the one-time link that the terminal shows. */
export function SetupPage() {
  const setup = useQuery({ ...setupQuery, staleTime: 0 });
  if (setup.isPending) return <Welcome title="One moment" intro="Looking whether this is the first start." waiting><Loader /></Welcome>;
  if (setup.isError) return <main><Failure title="Set-up could not start" error={setup.error} onRetry={() => void setup.refetch()} /></main>;
  if (!setup.data.needed) {
    return (
      <Welcome title="Already set up" intro="This installation has its owner.">
        <Link to="/login" className="ember-link">Sign in</Link>
      </Welcome>
    );
  }
  return <SetupForm />;
}

function SetupForm() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const linked = useSecret();
  const [pasted, setPasted] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const token = linked || tokenOf(pasted);
  const create = useMutation({
    mutationFn: () => api.post<Account>("/api/setup", { token, email, password }),
    onSuccess: async (account) => {
      client.setQueryData(meQuery.queryKey, account);
      await navigate({ to: "/streams", replace: true });
    },
  });
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  return (
    <Welcome title="Make it yours" intro="Create the owner’s account. It stays on this machine, and so does everything you record.">
      <form action={() => create.mutate()}>
        <Stack>
          {create.isError && <Alert color="red" variant="light" role="alert">{sentence(create.error)}</Alert>}
          {!linked && (
            <TextInput
              label="Set-up link"
              description={<>Printed in the terminal where <Code>afterglow up</Code> runs.</>}
              placeholder="http://…/setup#token=…"
              size="md"
              required
              value={pasted}
              error={fields.token}
              onChange={(event) => setPasted(event.currentTarget.value)}
            />
          )}
          <TextInput
            type="email" label="E-mail" size="md" autoComplete="username" required autoFocus={linked !== ""}
            value={email} error={fields.email} onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordField label="Password" size="md" value={password} error={fields.password} onChange={setPassword} />
          <Button type="submit" size="md" mt="xs" loading={create.isPending} disabled={!token || missing(password) > 0}>Create account</Button>
        </Stack>
      </form>
    </Welcome>
  );
}

/** Takes the token out of a pasted link, or takes the text for the token. */
function tokenOf(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.indexOf("#token=");
  return at < 0 ? trimmed : decodeURIComponent(trimmed.slice(at + "#token=".length));
}
