/** All addresses of the app; the one place that knows every feature. */
import { Center, Loader } from "@mantine/core";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Link, Outlet,
  parseSearchWith, redirect, stringifySearchWith, useRouter,
} from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useSyncExternalStore } from "react";
import type { Clip } from "./gen/api";
import { InvitePage } from "./features/account/InvitePage";
import { LoginPage } from "./features/account/LoginPage";
import { ResetPage } from "./features/account/ResetPage";
import { SetupPage } from "./features/account/SetupPage";
import { Shell } from "./features/shell/Shell";
import { StreamsPage } from "./features/streams/StreamsPage";
import { UploadTray } from "./features/uploads/UploadTray";
import { api } from "./lib/api";
import { Away, Failure, Notice } from "./lib/Notice";
import { untilBack, useOutage } from "./lib/outage";
import { meQuery, setupQuery } from "./lib/session";

interface Context {
  client: QueryClient;
}

/** Keeps the named search parameters that are non-empty text. */
function only<K extends string>(...names: K[]): (search: Record<string, unknown>) => Partial<Record<K, string>> {
  return (search) => {
    const kept: Partial<Record<K, string>> = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === "string" && value !== "") kept[name] = value;
    }
    return kept;
  };
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, errorComponent: Broken, notFoundComponent: Lost });

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    if (await context.client.ensureQueryData(meQuery)) return;
    const { needed } = await context.client.fetchQuery({ ...setupQuery, staleTime: 0 });
    if (needed) throw redirect({ to: "/setup" });
    throw redirect({ to: "/login", search: location.href === "/" || location.href === "/streams" ? {} : { to: location.href } });
  },
  component: () => (
    <Shell>
      <Outlet />
      <UploadTray />
    </Shell>
  ),
  errorComponent: Broken,
  notFoundComponent: Lost,
});

const index = createRoute({
  getParentRoute: () => app,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/streams" });
  },
});

const live = createRoute({
  getParentRoute: () => app,
  path: "/live",
  component: lazyRouteComponent(() => import("./features/live/LivePage"), "LivePage"),
});

const streams = createRoute({
  getParentRoute: () => app,
  path: "/streams",
  validateSearch: only("q", "sort", "state", "published", "from", "to", "new"),
  component: StreamsPage,
});

const stream = createRoute({
  getParentRoute: () => app,
  path: "/streams/$streamId",
  validateSearch: only("t", "clip"),
  component: lazyRouteComponent(() => import("./features/stream/StreamPage"), "StreamPage"),
});

/** A clip has no page of its own: it is shown in its stream. */
const clip = createRoute({
  getParentRoute: () => app,
  path: "/clips/$clipId",
  beforeLoad: async ({ context, params: { clipId } }) => {
    const { streamId } = await context.client.fetchQuery({
      queryKey: ["clip", clipId], queryFn: ({ signal }) => api.get<Clip>(`/api/clips/${encodeURIComponent(clipId)}`, { signal }), ...untilBack,
    });
    throw redirect({ to: "/streams/$streamId", params: { streamId }, search: { clip: clipId }, replace: true });
  },
});

const chat = createRoute({
  getParentRoute: () => app,
  path: "/chat",
  validateSearch: only("q", "user", "stream", "from", "to", "sort"),
  component: lazyRouteComponent(() => import("./features/chat/ChatPage"), "ChatPage"),
});

const person = createRoute({
  getParentRoute: () => app,
  path: "/chat/people/$personId",
  component: lazyRouteComponent(() => import("./features/chat/PersonPage"), "PersonPage"),
});

const allSeries = createRoute({
  getParentRoute: () => app,
  path: "/series",
  validateSearch: only("view", "day", "zone"),
  component: lazyRouteComponent(() => import("./features/series/AllSeriesPage"), "AllSeriesPage"),
});

/** One series; the id `new` is one that is being made. */
const oneSeries = createRoute({
  getParentRoute: () => app,
  path: "/series/$seriesId",
  component: lazyRouteComponent(() => import("./features/series/SeriesPage"), "SeriesPage"),
});

const jobs = createRoute({
  getParentRoute: () => app,
  path: "/jobs",
  validateSearch: only("view", "state", "reactor", "of", "kind", "source"),
  component: lazyRouteComponent(() => import("./features/jobs/JobsPage"), "JobsPage"),
});

const log = createRoute({
  getParentRoute: () => app,
  path: "/log",
  validateSearch: only("log", "name", "aggregate", "id", "since", "until", "seq"),
  component: lazyRouteComponent(() => import("./features/log/LogPage"), "LogPage"),
});

/** A thing as it was at a moment. */
const past = createRoute({
  getParentRoute: () => app,
  path: "/log/state",
  validateSearch: only("topic", "at"),
  component: lazyRouteComponent(() => import("./features/log/PastPage"), "PastPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: lazyRouteComponent(() => import("./features/settings/SettingsPage"), "SettingsPage"),
});

const connections = createRoute({
  getParentRoute: () => app,
  path: "/settings/connections",
  validateSearch: only("twitch"),
  component: lazyRouteComponent(() => import("./features/settings/ConnectionsPage"), "ConnectionsPage"),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: only("to"),
  component: LoginPage,
});

const setup = createRoute({ getParentRoute: () => root, path: "/setup", component: SetupPage });
const invite = createRoute({ getParentRoute: () => root, path: "/invite", component: InvitePage });
const reset = createRoute({ getParentRoute: () => root, path: "/reset", component: ResetPage });

const tree = root.addChildren([app.addChildren([index, live, streams, stream, clip, chat, person, allSeries, oneSeries, jobs, log, past, settings, connections]), login, setup, invite, reset]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(String),
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingMs: 300,
    defaultPendingComponent: Pending,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: Lost,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

const FAULTY = { title: "Afterglow answers with an error", text: "Trying again until it does not. Its log says why.", mild: false };

/** Stands in for a page that waits for its answer, and says what is wrong when that takes long. */
function Pending() {
  const client = useQueryClient();
  // Only looked at: an observer that leaves would cancel the question of who is here.
  const failed = useSyncExternalStore(
    (changed) => client.getQueryCache().subscribe(changed),
    () => Boolean(client.getQueryState(meQuery.queryKey)?.fetchFailureReason),
  );
  const trouble = useOutage(true) ?? (failed ? FAULTY : undefined);
  return trouble ? <Away trouble={trouble} /> : <Center mih="60vh"><Loader aria-label="Loading" /></Center>;
}

function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <main>
      <Failure
        page
        title="This page could not be shown"
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}

function Lost() {
  return (
    <main>
      <Notice page icon={<Compass size={26} />} title="There is nothing here" action={<Link to="/streams" className="ember-link">Go to your streams</Link>}>
        The address may be old, or mistyped.
      </Notice>
    </main>
  );
}
