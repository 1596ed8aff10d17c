import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { api, sentence } from "../../lib/api";
import { Badge, type Tone } from "../../lib/Badge";
import { Confirm } from "../../lib/Confirm";
import { connectionsQuery, type Connection } from "../../lib/connections";
import { written } from "../../lib/format";
import { Moment } from "../../lib/Moment";
import { toast } from "../../lib/toasts";
import classes from "./Connections.module.css";
import { Scopes } from "./Scopes";
import { Subscriptions } from "./Subscriptions";

const STATES: Record<Connection["transport"]["state"], { tone: Tone; label: string }> = {
  open: { tone: "good", label: "Connected and heard" },
  connecting: { tone: "busy", label: "Connected, beginning to listen" },
  failed: { tone: "bad", label: "Connected, but nothing is heard" },
  off: { tone: "calm", label: "Connected, not listening" },
};

const TRANSPORTS = { websocket: "Websocket", webhook: "Webhook" };

/** Whose channel it is, and whether what happens there is really heard. */
export function Connected({ twitch, mayManage }: { twitch: Connection; mayManage: boolean }) {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
  const reconnect = useMutation({
    mutationFn: () => api.post("/api/connections/twitch/reconnect"),
    onSuccess: () => toast("Twitch still knows Afterglow. Listening anew."),
    onError: (error) => toast(sentence(error), { tone: "bad" }),
    onSettled: again,
  });
  const { state, name, login, reason, transport, validUntil, validatedAt, lastEventAt, gap } = twitch;
  const lost = state === "lost";
  const shown = lost ? { tone: "bad" as const, label: "Connection lost" } : STATES[transport.state];
  const why = lost ? reason : transport.state === "failed" ? transport.reason : undefined;
  return (
    <div className={`panel ${classes.body}`}>
      <div className={classes.who}>
        <div className={classes.name}>{name || login}<Badge tone={shown.tone}>{shown.label}</Badge></div>
        {mayManage && (
          <div className={classes.actions}>
            {lost && <Button component="a" href="/connect/twitch" rightSection={<ExternalLink size={15} />}>Connect again</Button>}
            <Button variant="default" leftSection={<RotateCcw size={15} />} loading={reconnect.isPending} onClick={() => reconnect.mutate()}>Try again now</Button>
            <Confirm
              variant="subtle" color="red" c="var(--bad)" title="Disconnect Twitch?"
              text="Twitch forgets what it allowed, and nothing more is captured from there. What was captured stays." yes="Disconnect" no="Keep it" loses
              run={async () => {
                await api.delete("/api/connections/twitch");
                await again();
              }}
            >
              Disconnect
            </Confirm>
          </div>
        )}
      </div>
      {why && <p className={classes.reason} role="alert">{written(why)}</p>}
      <dl className={classes.facts}>
        <Fact name="Heard over">{lost || !transport.kind ? "–" : <>{TRANSPORTS[transport.kind]}{transport.since && <>, since <Moment at={transport.since} /></>}</>}</Fact>
        <Fact name="Last heard">{lastEventAt ? <Moment at={lastEventAt} /> : "Nothing yet"}</Fact>
        <Fact name="Token">{lost ? "No longer accepted" : validUntil ? <>Valid until <Moment at={validUntil} />, renewed by itself</> : "–"}{validatedAt && <>; last asked <Moment at={validatedAt} /></>}</Fact>
        {gap && <Fact name="Last gap"><Moment at={gap.from} />: {written(gap.why)}</Fact>}
      </dl>
      <Scopes scopes={twitch.scopes} mayManage={mayManage} />
      {!lost && <Subscriptions subscriptions={twitch.subscriptions} />}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}
