import { Skeleton, Title } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useTwitch } from "../../lib/connections";
import { Failure } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { useMay } from "../../lib/session";
import { Bridges } from "./Bridges";
import classes from "./Connections.module.css";
import { Connect } from "./Connect";
import { Connected } from "./Connected";
import settings from "./SettingsPage.module.css";
import { TwitchApp } from "./TwitchApp";

const route = getRouteApi("/app/settings/connections");

/** What Afterglow hears from: Twitch, and OBS on the machines that stream. */
export function ConnectionsPage() {
  return (
    <div className={`${page.page} ${settings.page}`}>
      <Link to="/settings" className={page.back}><ArrowLeft size={16} aria-hidden="true" />Settings</Link>
      <Title order={1} mb="xl">Connections</Title>
      <section className={classes.section} aria-labelledby="twitch">
        <Title order={2} id="twitch" size="h2">Twitch</Title>
        <p className={classes.lead}>Chat, activity and whether you are live, as they happen. Title, category and ads can be changed from here.</p>
        <Twitch />
      </section>
      <section className={classes.section} aria-labelledby="obs">
        <Title order={2} id="obs" size="h2">OBS</Title>
        <p className={classes.lead}>A bridge beside OBS tells when it streams and records, and brings each recording in by itself.</p>
        <Bridges />
      </section>
    </div>
  );
}

function Twitch() {
  const { twitch: outcome } = route.useSearch();
  const { twitch, isPending, error, refetch } = useTwitch();
  const mayManage = useMay("manage");
  if (isPending) return <Skeleton height={180} radius="lg" role="status" aria-label="Loading the connection" />;
  if (!twitch) return <Failure title="The connection could not be read" error={error} onRetry={() => void refetch()} />;
  const { state } = twitch;
  const away = state === "unconfigured" || state === "disconnected" || state === "connecting";
  return (
    <>
      {outcome === "denied" && away && <p className={classes.outcome} data-tone="warn" role="alert">You did not allow it at Twitch, so nothing was connected. It can be tried again at any time.</p>}
      {outcome === "connected" && state === "connected" && <p className={classes.outcome} data-tone="good" role="status">Connected. From now on, everything that happens in your channel is kept.</p>}
      {away && !mayManage && <p className={`panel ${classes.body}`}>Twitch is not connected. The owner can connect it here.</p>}
      {away && mayManage && (state === "unconfigured" ? <TwitchApp twitch={twitch} /> : <Connect twitch={twitch} />)}
      {!away && <Connected twitch={twitch} mayManage={mayManage} />}
    </>
  );
}
