import "@fontsource-variable/geist";
import "./watch.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { WatchPage } from "./features/watch/WatchPage";

const root = document.getElementById("root");
if (!root) throw new Error("watch.html has no #root");
createRoot(root).render(<StrictMode><WatchPage address={new URL(location.href)} /></StrictMode>);
