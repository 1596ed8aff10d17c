import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import type { Account } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { isAway } from "../../lib/outage";
import { meQuery, setupQuery } from "../../lib/session";
import { Provider } from "./Provider";
import { Welcome } from "./Welcome";

const route = getRouteApi("/login");

export function LoginPage() {
  const { to } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const setup = useQuery(setupQuery);
  const signIn = useMutation({
    mutationFn: (form: FormData) =>
      api.post<Account>("/api/sessions", { email: form.get("email"), password: form.get("password") }),
    onSuccess: async (account) => {
      client.setQueryData(meQuery.queryKey, account);
      // Only a path of this site, never an address that somebody put into the link.
      const back = to && /^\/(?![/\\])/.test(to) ? to : "/streams";
      await router.navigate({ href: back, replace: true });
    },
  });
  const fields = signIn.error instanceof ApiError ? signIn.error.fields : {};
  return (
    <Welcome
      title="Welcome back"
      intro={to ? "Sign in to go on where you were." : "Sign in to your streams."}
      waiting={setup.isPending || signIn.isPending || isAway(signIn.error)}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(new FormData(event.currentTarget));
        }}
      >
        <Stack>
          {signIn.isError && <Alert color="red" variant="light" role="alert">{sentence(signIn.error)}</Alert>}
          <TextInput name="email" type="email" label="E-mail" size="md" autoComplete="username" required autoFocus error={fields.email} />
          <PasswordInput name="password" label="Password" size="md" autoComplete="current-password" required error={fields.password} />
          <Button type="submit" size="md" mt="xs" loading={signIn.isPending}>Sign in</Button>
          <Provider name={setup.data?.oidc} />
        </Stack>
      </form>
    </Welcome>
  );
}
