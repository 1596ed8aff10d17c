import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut, Moon, Settings, Sun } from "lucide-react";
import { meQuery, useSignOut } from "../../lib/session";
import classes from "./AccountMenu.module.css";

/** Who is signed in, and what is theirs alone. */
export function AccountMenu() {
  const { data: me } = useQuery(meQuery);
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme !== "light";
  if (!me) return null;
  return (
    <Menu position="top-start" width={204}>
      <Menu.Target>
        <UnstyledButton className={classes.button}>
          <span className={classes.avatar} aria-hidden="true">{me.email.charAt(0).toUpperCase()}</span>
          <span className={classes.names}>
            <span className={classes.email}>{me.email}</span>
            <span className={classes.role}>{me.role}</span>
          </span>
          <ChevronsUpDown size={15} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Settings size={16} />} onClick={() => void navigate({ to: "/settings" })}>Settings</Menu.Item>
        <Menu.Item leftSection={dark ? <Sun size={16} /> : <Moon size={16} />} onClick={() => setColorScheme(dark ? "light" : "dark")}>
          {dark ? "Light theme" : "Dark theme"}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} />} onClick={() => signOut.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
