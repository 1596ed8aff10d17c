import { Alert, Button, Code, Loader, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Account, SetupState } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { Failure } from "../../lib/Notice";
import { meQuery } from "../../lib/session";
import { Welcome } from "./Welcome";

const SHORTEST = 12;

/** The first account. The one-time token comes in the link's fragment, so that no server log holds it. */
export function SetupPage() {
  const setup = useQuery({
    queryKey: ["setup"],
    queryFn: ({ signal }) => api.get<SetupState>("/api/setup", { signal }),
    staleTime: 0,
  });
  if (setup.isPending) return <Welcome title="One moment" intro="Looking whether this is the first start."><Loader /></Welcome>;
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
  const [linked] = useState(() => new URLSearchParams(location.hash.slice(1)).get("token") ?? "");
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
  const left = SHORTEST - [...password].length;
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
          <div>
            <PasswordInput
              label="Password" size="md" autoComplete="new-password" required minLength={SHORTEST}
              value={password} error={fields.password} onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ "aria-label": "Show password", "aria-hidden": false, tabIndex: 0 }}
            />
            <Text size="sm" c={left > 0 ? "dimmed" : "var(--good)"} mt={6} aria-live="polite">
              {password === "" ? `At least ${SHORTEST} characters. A few words are easier than symbols.`
                : left > 0 ? `${left} more` : "Long enough"}
            </Text>
          </div>
          <Button type="submit" size="md" mt="xs" loading={create.isPending} disabled={!token || left > 0}>Create account</Button>
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
