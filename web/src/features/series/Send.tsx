import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Send as SendIcon } from "lucide-react";
import type { ChannelChange, ChannelInfo, Occurrence } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { useTwitch } from "../../lib/connections";
import { LinkButton } from "../../lib/LinkButton";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import { changeOf, undoing } from "./channel";
import classes from "./SeriesPage.module.css";

/** Gives the channel on Twitch what the plan says of its next stream; one can think better of it. */
export function Send({ occurrence }: { occurrence: Occurrence }) {
  const { twitch } = useTwitch();
  const mayManage = useMay("manage");
  const send = useMutation({
    mutationFn: async () => {
      const change = changeOf(occurrence);
      const undo = undoing(await api.get<ChannelInfo>("/api/twitch/channel"), change);
      await api.patch<ChannelInfo>("/api/twitch/channel", change);
      return undo;
    },
    onSuccess: (undo) => toast(`Twitch shows “${occurrence.streamTitle}” now`, { action: { label: "Undo", run: () => void takeBack(undo) } }),
  });
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
      <Button fullWidth leftSection={<SendIcon size={16} />} loading={send.isPending} onClick={() => send.mutate()}>Send to Twitch</Button>
      {send.error
        ? <p className={classes.warn} role="alert">{sentence(send.error)}</p>
        : <p className={classes.text}>Title, category, tags, language and labels of the next stream.</p>}
    </div>
  );
}

async function takeBack(undo: ChannelChange) {
  try {
    await api.patch<ChannelInfo>("/api/twitch/channel", undo);
    toast("Twitch shows what it did before");
  } catch (error) {
    toast(sentence(error), { tone: "bad" });
  }
}
