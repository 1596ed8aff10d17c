import { Code } from "@mantine/core";
import { Cable, MessagesSquare, Radio } from "lucide-react";
import { LinkButton } from "../../lib/LinkButton";
import { useMay } from "../../lib/session";
import classes from "./Steps.module.css";

/** What to do so that anything is captured at all. */
export function Steps() {
  const mayManage = useMay("manage");
  return (
    <ul className={classes.steps}>
      <li>
        <MessagesSquare size={22} aria-hidden="true" />
        <h2>Connect Twitch</h2>
        <p>Chat, follows, subscriptions, raids and whether you are live come from there, and are kept.</p>
        {mayManage
          ? <LinkButton to="/settings/connections">Connect Twitch</LinkButton>
          : <p className={classes.ask}>The owner can do that in the settings.</p>}
      </li>
      <li>
        <Cable size={22} aria-hidden="true" />
        <h2>Start the bridge beside OBS</h2>
        <p>Recordings come in by themselves then, on the same clock as the chat.</p>
        <Code block>afterglow obs</Code>
      </li>
      <li>
        <Radio size={22} aria-hidden="true" />
        <h2>Or go live by hand</h2>
        <p>The button above begins a stream here, so that markers have a place. It starts no broadcast anywhere.</p>
      </li>
    </ul>
  );
}
