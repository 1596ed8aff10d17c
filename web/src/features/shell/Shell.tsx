import { ActionIcon, AppShell, Kbd, Menu, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Search, Upload } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { offered } from "../../lib/commands";
import { useJobs } from "../../lib/jobs";
import { socket } from "../../lib/live";
import { Logo } from "../../lib/Logo";
import { useMay } from "../../lib/session";
import { chooseFiles } from "../../lib/uploads";
import { AccountMenu } from "./AccountMenu";
import { PAGES } from "./pages";
import { Palette, type Finding } from "./Palette";
import classes from "./Shell.module.css";
import { Banner, Status } from "./Status";

/** How this machine writes the shortcut of the palette. */
const SHORTCUT = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";

/** The frame of every page: navigation at the side, or at the bottom of a phone. */
export function Shell({ children }: { children: ReactNode }) {
  const mayEdit = useMay("edit");
  const [finding, setFinding] = useState<Finding>({ opened: false, here: [] });
  const find = () => setFinding({ opened: true, here: offered() });
  const stop = () => setFinding((was) => ({ ...was, opened: false }));
  useHotkeys([["mod+K", () => (finding.opened ? stop() : find())]], []);
  useEffect(() => {
    socket.start();
  }, []);
  return (
    <AppShell
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: { base: 64, sm: 0 } }}
      withBorder={false}
      padding={0}
    >
      <a href="#content" className={classes.skip}>Skip to content</a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Link to="/streams" className={classes.home} aria-label="Afterglow, your streams"><Logo size={26} /></Link>
        <div className={classes.tools}>
          <Status compact />
          <ActionIcon variant="subtle" color="gray" size={44} aria-label="Search or do something" onClick={find}>
            <Search size={20} />
          </ActionIcon>
          {mayEdit && (
            <ActionIcon variant="subtle" color="gray" size={44} aria-label="Upload a recording" onClick={() => chooseFiles()}>
              <Upload size={20} />
            </ActionIcon>
          )}
        </div>
      </AppShell.Header>
      <AppShell.Navbar visibleFrom="sm" className={classes.navbar}>
        <Link to="/streams" className={classes.home} aria-label="Afterglow, your streams"><Logo size={28} /></Link>
        <UnstyledButton className={classes.find} aria-keyshortcuts="Control+K Meta+K" onClick={find}>
          <Search size={16} aria-hidden="true" />
          <span>Search</span>
          <Kbd size="xs" aria-hidden="true">{SHORTCUT}</Kbd>
        </UnstyledButton>
        <nav aria-label="Main" className={classes.nav}><Pages /></nav>
        <div className={classes.foot}>
          <Status />
          <AccountMenu />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="content" className={classes.main}>
        <Banner />
        {children}
      </AppShell.Main>
      <AppShell.Footer hiddenFrom="sm" className={classes.bottom}>
        <nav aria-label="Main" className={classes.bar}><Pages few /></nav>
      </AppShell.Footer>
      <Palette {...finding} onClose={stop} />
    </AppShell>
  );
}

/** So many pages fit at the bottom of a phone, beside the menu of the others. */
const FEW = 4;

function Pages({ few = false }: { few?: boolean }) {
  const jobs = useJobs();
  const busy = jobs.data?.items.some(({ state }) => state === "running" || state === "waiting") ?? false;
  const readLog = useMay("readLog");
  const pages = PAGES.filter(({ to }) => to !== "/log" || readLog);
  return (
    <>
      {pages.slice(0, few ? FEW : undefined).map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={classes.page} activeProps={{ "data-active": true }}>
          <span className={classes.icon}>
            <Icon size={20} strokeWidth={1.9} aria-hidden="true" />
            {to === "/jobs" && busy && <span className={classes.dot} />}
          </span>
          {label}
          {to === "/jobs" && busy && <span className={classes.hidden}>, work is going on</span>}
        </Link>
      ))}
      {few && <Others pages={pages.slice(FEW)} busy={busy} />}
    </>
  );
}

/** The pages that have no place at the bottom of a phone. */
function Others({ pages, busy }: { pages: (typeof PAGES)[number][]; busy: boolean }) {
  const here = useLocation({ select: ({ pathname }) => pages.some(({ to }) => pathname.startsWith(to)) });
  const navigate = useNavigate();
  return (
    <Menu position="top-end" width={200}>
      <Menu.Target>
        <UnstyledButton className={classes.page} data-active={here || undefined}>
          <span className={classes.icon}>
            <Ellipsis size={20} strokeWidth={1.9} aria-hidden="true" />
            {busy && <span className={classes.dot} />}
          </span>
          More
          {busy && <span className={classes.hidden}>, work is going on</span>}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {pages.map(({ to, label, icon: Icon }) => (
          <Menu.Item key={to} leftSection={<Icon size={18} aria-hidden="true" />} onClick={() => void navigate({ to })}>{label}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
