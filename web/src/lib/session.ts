/** Who is signed in. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { Account, Role, SetupState } from "../gen/api";
import { api, ApiError, sentence } from "./api";
import { socket } from "./live";
import { untilBack } from "./outage";
import { toast } from "./toasts";

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
  ...untilBack,
});

/** Whether this installation has no owner yet, and how else than by password one signs in. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => api.get<SetupState>("/api/setup", { signal }),
  ...untilBack,
});

/** Who may do what. The server decides; this only keeps pages from offering what it would refuse. */
const MAY = {
  manage: ["owner"],
  edit: ["owner", "editor"],
  mark: ["owner", "editor", "moderator"],
  readLog: ["owner", "editor", "developer"],
  followChat: ["owner", "editor", "moderator", "developer"],
} satisfies Record<string, Role[]>;

/** Whether who is signed in may do something. */
export function useMay(what: keyof typeof MAY): boolean {
  const { data: me } = useQuery(meQuery);
  return me ? (MAY[what] as Role[]).includes(me.role) : false;
}

/** Ends this session, forgets what it has loaded, and leads to the sign-in page. */
export function useSignOut() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: () => api.delete("/api/sessions/current"),
    onSuccess: async () => {
      socket.stop();
      await router.navigate({ to: "/login" });
      client.clear();
    },
    onError: (error) => toast(`You are still signed in. ${sentence(error)}`, { tone: "bad" }),
  });
}
