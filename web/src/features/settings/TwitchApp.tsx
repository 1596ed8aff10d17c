import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { api, ApiError, sentence } from "../../lib/api";
import { connectionsQuery, type Connection } from "../../lib/connections";
import { Copy } from "../../lib/Copy";
import classes from "./Connections.module.css";

const CONSOLE = "https://dev.twitch.tv/console/apps/create";

/** Leads through making the application that Twitch wants to know Afterglow by. */
export function TwitchApp({ twitch, onDone }: { twitch: Connection; onDone?: () => void }) {
  const client = useQueryClient();
  const [clientId, setClientId] = useState("");
  const [clientSecret, setClientSecret] = useState("");
  const save = useMutation({
    mutationFn: () => api.post<Connection>("/api/connections/twitch/app", { clientId: clientId.trim(), clientSecret: clientSecret.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
      onDone?.();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <div className={`panel ${classes.body}`}>
      <ol className={classes.steps}>
        <li>
          <h3>Register an application at Twitch</h3>
          <p>Twitch talks only to applications it knows. Yours is free, and made in two minutes: any name, the category “Broadcaster Suite”, the client type “Confidential”.</p>
          <div>
            <Button component="a" href={CONSOLE} target="_blank" rel="noopener noreferrer" variant="light" rightSection={<ExternalLink size={15} />}>Open Twitch’s console</Button>
          </div>
        </li>
        <li>
          <h3>Give it exactly this OAuth redirect URL</h3>
          <div className={classes.copy}><code>{twitch.redirectUrl}</code><Copy text={twitch.redirectUrl ?? ""} label="Copy the redirect URL" /></div>
        </li>
        <li>
          <h3>Bring its id and secret here</h3>
          <form className={classes.form} action={() => save.mutate()} aria-label="Application">
            {save.error && !fields.clientId && !fields.clientSecret && <Alert color="red" variant="light" role="alert">{sentence(save.error)}</Alert>}
            <TextInput
              label="Client ID" required autoComplete="off" spellCheck={false} value={clientId} error={fields.clientId}
              onChange={(event) => setClientId(event.currentTarget.value)}
            />
            <PasswordInput
              label="Client secret" description="Kept encrypted, and never shown again" required autoComplete="off" value={clientSecret} error={fields.clientSecret}
              onChange={(event) => setClientSecret(event.currentTarget.value)}
            />
            <div className={classes.actions}>
              <Button type="submit" loading={save.isPending}>Save and go on</Button>
              {onDone && <Button variant="default" onClick={onDone}>Cancel</Button>}
            </div>
          </form>
        </li>
      </ol>
    </div>
  );
}
