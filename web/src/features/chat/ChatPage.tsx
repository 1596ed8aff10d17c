import { Button, Title } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { MessagesSquare, SearchX } from "lucide-react";
import { useTwitch } from "../../lib/connections";
import { LinkButton } from "../../lib/LinkButton";
import { Notice } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { useMay } from "../../lib/session";
import classes from "./ChatPage.module.css";
import { Filters, SearchField } from "./Filters";
import { Hits } from "./Hits";
import { isFiltered, queryOf } from "./query";

const route = getRouteApi("/app/chat");

/** Everything that was written, over all streams, to be found again. */
export function ChatPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { twitch } = useTwitch();
  const mayManage = useMay("manage");
  const none = isFiltered(search) ? (
    <Notice
      icon={<SearchX size={26} />} title="No message is like that"
      action={<Button variant="default" onClick={() => void navigate({ search: ({ sort }) => ({ sort }) })}>Show all messages</Button>}
    >
      The search looks for whole words. “Quotes” keep words together, “or” stands between choices, a minus leaves a word out.
    </Notice>
  ) : (
    <Notice
      icon={<MessagesSquare size={28} />} title="No chat yet"
      action={twitch?.state !== "connected" && mayManage && <LinkButton to="/settings/connections">Connect Twitch</LinkButton>}
    >
      {twitch?.state === "connected" ? "Messages stand here as soon as somebody writes one." : "Once Twitch is connected, every message is kept here, to be searched."}
    </Notice>
  );
  return (
    <div className={`${page.page} ${classes.page}`}>
      <header className={`${page.head} ${classes.head}`}>
        <Title order={1}>Chat</Title>
        <SearchField />
      </header>
      <Filters />
      <Hits query={queryOf(search)} none={none} />
    </div>
  );
}
