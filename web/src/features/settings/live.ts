import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { heardOf } from "../../lib/api";
import { socket, useConnection } from "../../lib/live";
import { readAgain } from "../../lib/readAgain";
import { useMay } from "../../lib/session";

/** What the pages of the settings show, by the keys of their queries. */
const SHOWN = ["people", "invitations", "tokens", "sessions"];

/**
 * Reads the settings again when something happened to an account, and after a lost connection. Who may not
 * read the log hears of nothing: for them it is when they come back to the window.
 */
export function useSettings(): void {
  const client = useQueryClient();
  const connection = useConnection();
  const readLog = useMay("readLog");
  useEffect(() => {
    const again = () => void readAgain(client, { predicate: ({ queryKey: [name] }) => SHOWN.includes(String(name)) });
    if (connection === "live") again();
    if (!readLog) {
      addEventListener("focus", again);
      return () => removeEventListener("focus", again);
    }
    return socket.subscribe("events/facts", (news) => {
      if (news.type === "event" && news.event.aggregate === "account") heardOf(`FACTS/${news.event.seq}`);
      else if (news.type !== "gap") return;
      again();
    });
  }, [client, connection, readLog]);
}
