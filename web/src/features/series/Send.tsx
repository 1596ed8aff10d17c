import { Button } from "@mantine/core";
import { Send as SendIcon } from "lucide-react";
import type { Occurrence } from "../../gen/api";
import { sentence } from "../../lib/api";
import { useSend } from "../../lib/channel/channel";
import { ofPlan } from "../../lib/channel/info";
import { useTwitch } from "../../lib/connections";
import { LinkButton } from "../../lib/LinkButton";
import { useMay } from "../../lib/session";
import classes from "./SeriesPage.module.css";

/** Gives the channel on Twitch what the plan says of its next stream; one can think better of it. */
export function Send({ occurrence }: { occurrence: Occurrence }) {
  const { twitch } = useTwitch();
  const mayManage = useMay("manage");
  const send = useSend();
  if (twitch && twitch.state !== "connected") {
    return (
      <div className={classes.send}>
        <p className={classes.text}>{twitch.state === "lost" ? "The connection to Twitch is lost." : "Twitch is not connected."}</p>
        {mayManage && <LinkButton to="/settings/connections" variant="light" fullWidth>{twitch.state === "lost" ? "Look at it" : "Connect Twitch"}</LinkButton>}
      </div>
    );
  }
  return (
    <div className={classes.send}>
      <Button fullWidth leftSection={<SendIcon size={16} />} loading={send.isPending} onClick={() => send.mutate(ofPlan(occurrence))}>Send to Twitch</Button>
      {send.error
        ? <p className={classes.warn} role="alert">{sentence(send.error)}</p>
        : <p className={classes.text}>Title, category, tags, language and labels of the next stream.</p>}
    </div>
  );
}
