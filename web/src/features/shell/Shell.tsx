import { ActionIcon, AppShell, Tooltip, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Activity, Clapperboard, Moon, ScrollText, Settings, Sun, Upload } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { leading, useJobs } from "../../lib/jobs";
import { socket } from "../../lib/live";
import { Logo } from "../../lib/Logo";
import { chooseFiles } from "../../lib/uploads";
import { ConnectionChip } from "./ConnectionChip";
import classes from "./Shell.module.css";

const PAGES = [
  { to: "/streams", label: "Streams", icon: Clapperboard },
  { to: "/jobs", label: "Jobs", icon: Activity },
  { to: "/log", label: "Log", icon: ScrollText },
  { to: "/settings", label: "Settings", icon: Settings },
] as const;

/** The frame of every page: navigation at the side, or at the bottom of a phone. */
export function Shell({ children }: { children: ReactNode }) {
  useEffect(() => {
    socket.start();
  }, []);
  return (
    <AppShell
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: { base: 64, sm: 0 } }}
      withBorder={false}
      padding={0}
    >
      <a href="#content" className={classes.skip}>Skip to content</a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Link to="/streams" className={classes.home} aria-label="Afterglow, your streams"><Logo size={26} /></Link>
        <div className={classes.tools}>
          <ConnectionChip compact />
          <ActionIcon variant="subtle" color="gray" size={44} aria-label="Upload a recording" onClick={() => chooseFiles()}>
            <Upload size={20} />
          </ActionIcon>
        </div>
      </AppShell.Header>
      <AppShell.Navbar visibleFrom="sm" className={classes.navbar}>
        <Link to="/streams" className={classes.home} aria-label="Afterglow, your streams"><Logo size={28} /></Link>
        <nav aria-label="Main" className={classes.nav}><Pages /></nav>
        <div className={classes.foot}>
          <ConnectionChip />
          <ThemeButton />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="content" className={classes.main}>{children}</AppShell.Main>
      <AppShell.Footer hiddenFrom="sm" className={classes.bottom}>
        <nav aria-label="Main" className={classes.bar}><Pages /></nav>
      </AppShell.Footer>
    </AppShell>
  );
}

function Pages() {
  const jobs = useJobs();
  const busy = leading(jobs.data?.items ?? []) !== undefined;
  return PAGES.map(({ to, label, icon: Icon }) => (
    <Link key={to} to={to} className={classes.page} activeProps={{ "data-active": true }}>
      <span className={classes.icon}>
        <Icon size={20} strokeWidth={1.9} aria-hidden="true" />
        {to === "/jobs" && busy && <span className={classes.dot} />}
      </span>
      {label}
      {to === "/jobs" && busy && <span className={classes.hidden}>, work is going on</span>}
    </Link>
  ));
}

function ThemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme !== "light";
  const label = dark ? "Light theme" : "Dark theme";
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setColorScheme(dark ? "light" : "dark")}>
        {dark ? <Sun size={18} /> : <Moon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
