import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { bytes } from "../../lib/format";
import type { Connection } from "../../lib/connections";
import { Moment } from "../../lib/Moment";
import type { Bridge } from "../../gen/api";
import classes from "./Health.module.css";
import { diskOf, gapOf, twitchOf, type Tone } from "./health";
import { Panel } from "./Panel";

/** Whether everything that happens is heard and kept: Twitch, OBS, and room on the disk. */
export function Health({ twitch, bridges, gaps }: { twitch: Connection | undefined; bridges: Bridge[]; gaps: number }) {
  const state = twitchOf(twitch);
  const gap = gapOf(twitch);
  return (
    <Panel title="Capture" tools={<Link to="/settings/connections" className={classes.link}>Connections</Link>}>
      <ul className={classes.list}>
        <Line tone={state.tone} name="Twitch" note={state.note}>
          {twitch?.state === "connected" && twitch.lastEventAt && <>last heard <Moment at={twitch.lastEventAt} /></>}
          {state.missing > 0 && <div>{state.missing} of {twitch?.subscriptions.length} kinds of events are not told</div>}
        </Line>
        {gap && (
          <Line tone="warn" name="Last gap" note={gap}>
            {twitch?.gap?.why}{gaps > 1 && ` · ${gaps} in this stream`}
          </Line>
        )}
        {bridges.length === 0 && <Line tone="off" name="OBS" note="no bridge">start <code>afterglow obs</code> beside OBS</Line>}
        {bridges.map((bridge) => (
          <Line key={bridge.bridge} tone={bridge.connected ? "good" : "bad"} name={bridges.length > 1 ? `OBS ${bridge.bridge}` : "OBS"} note={bridge.connected ? doing(bridge) : "not heard"}>
            {bridge.connected ? bridge.scene && <>scene “{bridge.scene}”</> : <>{bridge.reason || "OBS is closed"}, <Moment at={bridge.lastSeen} /></>}
          </Line>
        ))}
        {bridges.map(({ bridge, disk }) => disk && (
          <Line key={`${bridge} disk`} tone={diskOf(disk)} name={bridges.length > 1 ? `Disk ${bridge}` : "Disk"} note={`${bytes(disk.free)} free`}>of {bytes(disk.total)}{disk.path && <> in {disk.path}</>}</Line>
        ))}
      </ul>
    </Panel>
  );
}

function doing({ streaming, recording, paused }: Bridge): string {
  const words = [streaming && "streaming", recording && (paused ? "recording paused" : "recording")].filter(Boolean);
  return words.join(", ") || "idle";
}

function Line({ tone, name, note, children }: { tone: Tone; name: string; note: string; children?: ReactNode }) {
  return (
    <li className={classes.line} data-tone={tone}>
      <span className={classes.dot} aria-hidden="true" />
      <span className={classes.name}>{name}</span>
      <span className={classes.note}>{note}</span>
      {children && <div className={classes.more}>{children}</div>}
    </li>
  );
}
