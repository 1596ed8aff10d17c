import { Activity, CalendarClock, Clapperboard, MessagesSquare, Radio, ScrollText, Settings } from "lucide-react";

/** The pages that one goes to, in their order; the log is for those who may read it. */
export const PAGES = [
  { to: "/live", label: "Live", keywords: "now on air chat activity twitch obs markers dashboard", icon: Radio },
  { to: "/streams", label: "Streams", keywords: "library recordings home", icon: Clapperboard },
  { to: "/chat", label: "Chat", keywords: "messages search people history erase", icon: MessagesSquare },
  { to: "/series", label: "Series", keywords: "plans calendar schedule recurring notes", icon: CalendarClock },
  { to: "/jobs", label: "Jobs", keywords: "work reactors dead letters failed queue", icon: Activity },
  { to: "/log", label: "Log", keywords: "events facts history explorer", icon: ScrollText },
  { to: "/settings", label: "Settings", keywords: "account password people tokens sessions invite", icon: Settings },
] as const;
