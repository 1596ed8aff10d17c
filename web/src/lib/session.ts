/** Who is signed in. */
import { queryOptions } from "@tanstack/react-query";
import type { Account } from "../gen/api";
import { api, ApiError } from "./api";

/** The account of this session, or null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => {
    try {
      return await api.get<Account>("/api/me", { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});
