import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const outDir = resolve(import.meta.dirname, "../services/webui/dist");

/** Go embeds the folder, so it has to exist in a fresh checkout: its `.gitkeep` outlives every build. */
function keepFolder(): Plugin {
  return {
    name: "keep-folder",
    apply: "build",
    closeBundle() {
      const keep = resolve(outDir, ".gitkeep");
      if (!existsSync(keep)) writeFileSync(keep, "");
    },
  };
}

/** Gives the watch page to all addresses below its own, as the gateway does. */
function watchPage(): Plugin {
  return {
    name: "watch-page",
    apply: "serve",
    configureServer({ middlewares }) {
      middlewares.use((request, _, next) => {
        if (/^\/watch(\/|\?|$)/.test(request.url ?? "")) request.url = "/watch.html";
        next();
      });
    },
  };
}

/** The server behind the pages; it sees the page's own host, as it refuses what another site sends. */
const server = { target: process.env.AFTERGLOW_URL ?? "http://127.0.0.1:8080", changeOrigin: false };

export default defineConfig({
  plugins: [react(), keepFolder(), watchPage()],
  build: {
    outDir, emptyOutDir: true, target: "es2023", chunkSizeWarningLimit: 700,
    rollupOptions: { input: ["index.html", "watch.html"] },
  },
  server: {
    proxy: {
      "/api": server,
      "/media": server,
      "/readyz": server,
      "/ws": { ...server, ws: true },
    },
  },
});
