import { Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import type { ReactNode } from "react";
import type { Connection } from "../../lib/connections";
import { useNow } from "../../lib/Moment";
import { Notice } from "../../lib/Notice";
import { LinkButton } from "../../lib/LinkButton";
import { readAgain } from "../../lib/readAgain";
import { useChat } from "../../lib/chat/useChat";
import { useMay } from "../../lib/session";
import { ActivityFeed } from "./ActivityFeed";
import { adsQuery } from "./ads";
import { Ads } from "./Ads";
import type { Bridge, Live } from "../../gen/api";
import classes from "./Board.module.css";
import { Chat } from "./Chat";
import { Health } from "./Health";
import { Markers } from "./Markers";
import { NextStream } from "./NextStream";
import { Panel } from "./Panel";
import { nextOf, plansQuery } from "./plan";
import { StreamInfo } from "./StreamInfo";
import { useActivities } from "./useActivities";
import type { useViewers } from "./useViewers";
import { Viewers } from "./Viewers";

interface BoardProps {
  live: Live;
  twitch: Connection | undefined;
  bridges: Bridge[];
  /** The channel's id; undefined as long as none was ever connected. */
  channel: string | undefined;
  viewers: ReturnType<typeof useViewers>;
  onMark: ((label: string) => Promise<boolean>) | undefined;
}

/** Everything that one looks at while live. */
export function Board({ channel, ...rest }: BoardProps) {
  return channel ? <Heard key={channel} channel={channel} {...rest} /> : <Laid {...rest} chat={<NoChat />} activity={undefined} />;
}

/** The board with what is told in a channel. */
function Heard({ channel, ...rest }: Omit<BoardProps, "channel"> & { channel: string }) {
  const client = useQueryClient();
  const chat = useChat(channel, rest.viewers.hear);
  const activity = useActivities(channel, (news) => {
    if (news.some(({ kind }) => kind === "ad_break")) void readAgain(client, { queryKey: adsQuery.queryKey });
  });
  return <Laid {...rest} chat={<Chat chat={chat} connected={rest.twitch?.state === "connected"} />} activity={<ActivityFeed activity={activity} />} />;
}

type LaidProps = Omit<BoardProps, "channel"> & { chat: ReactNode; activity: ReactNode };

/** The parts in their places: columns, or tabs where there is no room. */
function Laid({ live, twitch, bridges, viewers, onMark, chat, activity }: LaidProps) {
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const mayEdit = useMay("edit");
  const now = useNow();
  const plans = useQuery(plansQuery);
  const plan = nextOf(plans.data, now.getTime());
  const connected = twitch?.state === "connected";

  const watching = live.live && connected && <Viewers counts={viewers.counts} />;
  const markers = live.live && live.stream && <Markers streamId={live.stream} onMark={onMark} />;
  const next = <NextStream query={plans} plan={plan} send={connected && mayEdit} />;
  const info = connected && mayEdit && <StreamInfo plan={plan} />;
  const ads = connected && live.live && <Ads />;
  const health = <Health twitch={twitch} bridges={bridges} gaps={viewers.gaps} />;
  if (narrow) {
    return (
      <Tabs defaultValue="chat" className={classes.tabs} keepMounted={false} classNames={{ panel: classes.panel }}>
        <Tabs.List grow>
          <Tabs.Tab value="chat">Chat</Tabs.Tab>
          <Tabs.Tab value="activity">Activity</Tabs.Tab>
          <Tabs.Tab value="stream">Stream</Tabs.Tab>
          <Tabs.Tab value="health">Capture</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="chat">{chat}</Tabs.Panel>
        <Tabs.Panel value="activity">{activity ?? <NoActivity />}</Tabs.Panel>
        <Tabs.Panel value="stream">{!live.live && next}{markers}{info}{ads}{live.live && next}</Tabs.Panel>
        <Tabs.Panel value="health">{watching}{health}</Tabs.Panel>
      </Tabs>
    );
  }
  return (
    <div className={classes.columns}>
      <div className={classes.chat}>{chat}</div>
      <div className={classes.rest}>
        <div className={classes.middle}>{watching}{markers}{activity}{!activity && next}</div>
        <div className={classes.side}>{!live.live && activity && next}{info}{ads}{live.live && activity && next}{health}</div>
      </div>
    </div>
  );
}

function NoChat() {
  const mayManage = useMay("manage");
  return (
    <Panel title="Chat" fills>
      <Notice
        compact icon={<MessagesSquare size={24} />} title="Twitch is not connected"
        action={mayManage && <LinkButton to="/settings/connections" variant="light">Connect Twitch</LinkButton>}
      >
        Once it is, what is written shows here at once, and is kept beside the recording.
      </Notice>
    </Panel>
  );
}

function NoActivity() {
  return <Panel title="Activity"><p className={classes.none}>Follows, subscriptions and raids show here once Twitch is connected.</p></Panel>;
}
