import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Badge } from "../../lib/Badge";
import type { Bridge } from "../../gen/api";
import { useBridges } from "../../lib/bridges";
import { Copy } from "../../lib/Copy";
import { bytes, written } from "../../lib/format";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import classes from "./Connections.module.css";

/** Each OBS that a bridge tells of, and how to start a bridge. */
export function Bridges() {
  const { data, isPending, error, refetch } = useBridges();
  if (isPending) return <Skeleton height={140} radius="lg" role="status" aria-label="Loading the bridges" />;
  if (!data) return <Failure title="The bridges could not be read" error={error} onRetry={() => void refetch()} />;
  return (
    <div className={`panel ${classes.body}`}>
      {data.items.map((bridge) => <One key={bridge.bridge} bridge={bridge} />)}
      <div className={data.items.length > 0 ? classes.part : undefined}>
        <ol className={classes.steps}>
          <li>
            <h3>In OBS, switch its websocket server on</h3>
            <p>Tools → WebSocket Server Settings → Enable. “Show Connect Info” has its password.</p>
          </li>
          <li>
            <h3>On that machine, start the bridge</h3>
            <div className={classes.copy}><code>{command()}</code><Copy text={command()} label="Copy the command" /></div>
            <p>The password is OBS’s, the token one of <Link to="/settings" className="ember-link">your API tokens</Link> with the role editor. Where Afterglow itself runs, it needs neither server nor token.</p>
          </li>
        </ol>
      </div>
    </div>
  );
}

function command(): string {
  return `AFTERGLOW_OBS_PASSWORD=… AFTERGLOW_TOKEN=… afterglow obs --server ${location.origin}`;
}

function One({ bridge: { bridge, connected, reason, obsVersion, streaming, recording, paused, scene, disk, offsetMs, offsetErrorMs, recordingFile, lastSeen } }: { bridge: Bridge }) {
  const does = [streaming && "streaming", recording && (paused ? "recording, paused" : "recording")].filter(Boolean).join(" and ") || "idle";
  return (
    <div className={classes.bridge}>
      <div className={classes.name}>{bridge}<Badge tone={connected ? "good" : "bad"}>{connected ? `Heard, ${does}` : "Not heard"}</Badge></div>
      {!connected && <p className={classes.reason}>{written(reason || "OBS is closed")}</p>}
      <dl className={classes.facts}>
        <div><dt>OBS</dt><dd>{obsVersion || "–"}{scene && <>, scene “{scene}”</>}</dd></div>
        <div><dt>Last told</dt><dd><Moment at={lastSeen} /></dd></div>
        <div>
          <dt>Clock of the recording</dt>
          <dd>{offsetMs === undefined ? "Measured with the first recording" : `${signed(offsetMs)} ms ± ${Math.round(offsetErrorMs ?? 0)} ms`}</dd>
        </div>
        {recordingFile && <div><dt>Records into</dt><dd>{recordingFile}</dd></div>}
        {disk && <div><dt>Disk</dt><dd>{bytes(disk.free)} of {bytes(disk.total)} free{disk.path && <>, {disk.path}</>}</dd></div>}
      </dl>
    </div>
  );
}

function signed(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${Math.abs(Math.round(ms))}`;
}
