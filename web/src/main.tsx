import "@fontsource-variable/geist";
import "@mantine/core/styles.css";
import "./styles.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenUnauthenticated } from "./lib/api";
import { socket } from "./lib/live";
import { isAway, retryDelay } from "./lib/outage";
import { meQuery } from "./lib/session";
import { Toasts } from "./lib/toasts";
import { createAppRouter } from "./router";
import { theme, variables } from "./theme";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => failures < 2 && isAway(error),
      retryDelay,
    },
  },
});
const router = createAppRouter(client);
const schemes = localStorageColorSchemeManager({ key: "afterglow.theme" });

whenUnauthenticated(() => {
  const was = client.getQueryData(meQuery.queryKey);
  client.setQueryData(meQuery.queryKey, null);
  socket.stop();
  if (was) void router.invalidate();
});

// A socket that stays away may mean that the session ended: asking tells, and leads to the sign-in page.
socket.watch(() => {
  if (socket.connection === "down") client.fetchQuery({ ...meQuery, staleTime: 0, retry: false }).catch(() => {});
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={schemes} defaultColorScheme="dark">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
