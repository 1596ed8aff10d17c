import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import type { StreamSummary } from "../../gen/api";
import { positionOf } from "../../lib/positions";
import { clock } from "../../lib/time";
import classes from "./Latest.module.css";
import { Facts, Frame } from "./StreamCard";

/** The newest stream that there is something of, large: what one most likely came for. */
export function Latest({ stream }: { stream: StreamSummary }) {
  const position = positionOf(stream.id);
  return (
    <Link to="/streams/$streamId" params={{ streamId: stream.id }} className={classes.latest}>
      {stream.posterUrl && <img className={classes.glow} src={stream.posterUrl} alt="" />}
      <div className={classes.frame}><Frame stream={stream} /></div>
      <div className={classes.words}>
        <h2 className={classes.title}>{stream.title}</h2>
        <Facts stream={stream} />
        <span className={classes.open}>
          {stream.playable && <Play size={16} fill="currentColor" aria-hidden="true" />}
          {!stream.playable ? "Open" : position ? `Go on at ${clock(position.at)}` : "Watch"}
        </span>
      </div>
    </Link>
  );
}
