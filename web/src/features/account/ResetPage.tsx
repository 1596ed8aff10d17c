import { Alert, Button, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Account } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { missing, PasswordField } from "../../lib/PasswordField";
import { meQuery } from "../../lib/session";
import { useSecret } from "./secret";
import { Welcome } from "./Welcome";

/** Where the link of someone who forgot their password leads. */
export function ResetPage() {
  const token = useSecret();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => api.post<Account>("/api/accounts/reset", { token, password }),
    onSuccess: async (account) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, account);
      await navigate({ to: "/streams", replace: true });
    },
  });
  if (token === "") {
    return (
      <Welcome title="This link does not open" intro="It is not whole. Copy all of it, up to its end.">
        <Link to="/login" className="ember-link">Sign in instead</Link>
      </Welcome>
    );
  }
  const fields = reset.error instanceof ApiError ? reset.error.fields : {};
  return (
    <Welcome title="Choose another password" intro="It holds from now on, and you are signed in with it here. Everywhere else you are signed out.">
      <form action={() => reset.mutate()}>
        <Stack>
          {reset.isError && <Alert color="red" variant="light" role="alert">{sentence(reset.error)}</Alert>}
          <PasswordField label="New password" size="md" autoFocus value={password} error={fields.password} onChange={setPassword} />
          <Button type="submit" size="md" mt="xs" loading={reset.isPending} disabled={missing(password) > 0}>Save and sign in</Button>
        </Stack>
      </form>
    </Welcome>
  );
}
