import { Button, Divider } from "@mantine/core";
import { LogIn } from "lucide-react";

/** Signs in with the provider that the installation trusts, where there is one. */
export function Provider({ name }: { name: string | undefined }) {
  if (!name) return null;
  return (
    <>
      <Divider label="or" />
      <Button component="a" href="/api/sessions/oidc" variant="default" size="md" leftSection={<LogIn size={18} />}>Continue with {name}</Button>
    </>
  );
}
