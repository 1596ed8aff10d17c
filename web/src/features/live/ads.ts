import { queryOptions } from "@tanstack/react-query";
import { api } from "../../lib/api";
import type { Ads } from "../../gen/api";

/** When ads come next. It is asked again when something was done about them, and when they were due. */
export const adsQuery = queryOptions({
  queryKey: ["twitch-ads"],
  queryFn: ({ signal }) => api.get<Ads>("/api/twitch/ads", { signal }),
  staleTime: 60_000,
  refetchOnWindowFocus: true,
});
