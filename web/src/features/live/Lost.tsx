import { TriangleAlert } from "lucide-react";
import type { Connection } from "../../lib/connections";
import { LinkButton } from "../../lib/LinkButton";
import { written } from "../../lib/format";
import { useMay } from "../../lib/session";
import classes from "./Lost.module.css";

/** Says that nothing is heard from Twitch though it should be, and what to do. */
export function Lost({ twitch: { state, reason, transport } }: { twitch: Connection }) {
  const mayManage = useMay("manage");
  const lost = state === "lost";
  if (!lost && !(state === "connected" && transport.state === "failed")) return null;
  return (
    <div className={classes.banner} role="alert">
      <TriangleAlert size={18} aria-hidden="true" />
      <p>
        <strong>{lost ? "The connection to Twitch is lost." : "Nothing is heard from Twitch."}</strong>{" "}
        {written((lost ? reason : transport.reason) || "What happens there is not captured")}{" "}
        {!lost && "It is tried again by itself."}
      </p>
      {mayManage && <LinkButton to="/settings/connections" size="compact-sm" variant="default">{lost ? "Connect again" : "See why"}</LinkButton>}
    </div>
  );
}
