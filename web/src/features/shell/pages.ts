import { Activity, Clapperboard, ScrollText, Settings } from "lucide-react";

/** The pages that one goes to, in their order; the log is for those who may read it. */
export const PAGES = [
  { to: "/streams", label: "Streams", keywords: "library recordings home", icon: Clapperboard },
  { to: "/jobs", label: "Jobs", keywords: "work reactors dead letters failed queue", icon: Activity },
  { to: "/log", label: "Log", keywords: "events facts history explorer", icon: ScrollText },
  { to: "/settings", label: "Settings", keywords: "account password people tokens sessions invite", icon: Settings },
] as const;
