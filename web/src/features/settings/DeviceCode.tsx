import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useEffect } from "react";
import { connectionsQuery, type Connection } from "../../lib/connections";
import { Copy } from "../../lib/Copy";
import { left, useSecond } from "../../lib/second";
import { clock } from "../../lib/time";
import classes from "./Connections.module.css";

/** A code to type in at Twitch, as long as it can be used. */
export function DeviceCode({ device }: { device: NonNullable<Connection["device"]> }) {
  const client = useQueryClient();
  const seconds = left(device.expiresAt, useSecond());
  const over = seconds === 0;
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
  }, [client, over]);
  return (
    <>
      <p>Type this in at Twitch, signed in as the channel’s owner:</p>
      <div className={classes.name}><span className={classes.code}>{device.userCode}</span><Copy text={device.userCode} label="Copy the code" /></div>
      <Button component="a" href={device.verificationUrl} target="_blank" rel="noopener noreferrer" rightSection={<ExternalLink size={15} />}>Open Twitch</Button>
      <p role="status">{over ? "The code is over. Get another one." : <>Waiting for you at Twitch; the code holds for <span className="tabular">{clock(seconds)}</span>.</>}</p>
    </>
  );
}
