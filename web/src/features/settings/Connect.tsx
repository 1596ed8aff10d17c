import { Alert, Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, Link2, MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { api, sentence } from "../../lib/api";
import { connectionsQuery, type Connection } from "../../lib/connections";
import classes from "./Connections.module.css";
import { DeviceCode } from "./DeviceCode";
import { TwitchApp } from "./TwitchApp";

/** The two ways to let Afterglow into a channel: this browser goes to Twitch and comes back, or a code is typed in anywhere. */
export function Connect({ twitch }: { twitch: Connection }) {
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  const device = useMutation({
    mutationFn: () => api.post("/api/connections/twitch/device"),
    onSuccess: () => client.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
  });
  if (changing) return <TwitchApp twitch={twitch} onDone={() => setChanging(false)} />;
  return (
    <>
      <div className={classes.ways}>
        <div className={`panel ${classes.way}`}>
          <Link2 size={22} aria-hidden="true" />
          <h3>In this browser</h3>
          <p>You go to Twitch, see what Afterglow asks for, and come back here.</p>
          <Button component="a" href="/connect/twitch" rightSection={<ExternalLink size={15} />}>Connect Twitch</Button>
        </div>
        <div className={`panel ${classes.way}`}>
          <MonitorSmartphone size={22} aria-hidden="true" />
          <h3>With a code</h3>
          {twitch.device ? <DeviceCode device={twitch.device} /> : (
            <>
              <p>For when this browser cannot come back: type a code in at Twitch, on your phone for instance.</p>
              <Button variant="default" loading={device.isPending} onClick={() => device.mutate()}>Get a code</Button>
              {device.error && <Alert color="red" variant="light" role="alert">{sentence(device.error)}</Alert>}
            </>
          )}
        </div>
      </div>
      <p className={classes.foot}>
        <span>Application <code>{twitch.clientId}</code></span>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setChanging(true)}>Use another</Button>
      </p>
    </>
  );
}
