/** What Afterglow is connected to, read again whenever something about it has changed. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Connections } from "../gen/api";
import { api } from "./api";
import { useSignal } from "./live";
import { readAgain } from "./readAgain";

export type { Connection } from "../gen/api";

export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: ({ signal }) => api.get<Connections>("/api/connections", { signal }),
});

/**
 * The connection to Twitch, with how asking for it went. The live document says when it has changed; what only
 * the vault knows, such as a code to type in, is told over HTTP alone.
 */
export function useTwitch() {
  const client = useQueryClient();
  useSignal("connections", () => void readAgain(client, { queryKey: connectionsQuery.queryKey }));
  const { data, ...query } = useQuery(connectionsQuery);
  return { twitch: data?.items.find(({ id }) => id === "twitch"), ...query };
}
