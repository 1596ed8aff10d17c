import { useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { LogOut, Moon, Plus, Sun, Upload } from "lucide-react";
import type { Command } from "../../lib/commands";
import { useMay, useSignOut } from "../../lib/session";
import { chooseFiles } from "../../lib/uploads";
import { PAGES } from "./pages";

const SIZE = 18;

/** What can be done everywhere: actions first, then the pages. */
export function useCommonCommands(): Command[] {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const mayEdit = useMay("edit");
  const readLog = useMay("readLog");
  const dark = colorScheme !== "light";
  const making: Command[] = [
    {
      id: "new-stream", group: "Actions", title: "New stream", keywords: "create add live", icon: <Plus size={SIZE} />,
      run: () => void navigate({ to: "/streams", search: { new: "stream" } }),
    },
    {
      id: "upload", group: "Actions", title: "Add a recording", keywords: "upload import file video", icon: <Upload size={SIZE} />,
      run: () => chooseFiles(),
    },
  ];
  const actions: Command[] = [
    ...(mayEdit ? making : []),
    {
      id: "theme", group: "Actions", title: dark ? "Use the light theme" : "Use the dark theme", keywords: "dark light theme appearance colour",
      icon: dark ? <Sun size={SIZE} /> : <Moon size={SIZE} />,
      run: () => setColorScheme(dark ? "light" : "dark"),
    },
    {
      id: "sign-out", group: "Actions", title: "Sign out", keywords: "log out leave session", icon: <LogOut size={SIZE} />,
      run: () => signOut.mutate(),
    },
  ];
  const pages = PAGES.filter(({ to }) => to !== "/log" || readLog).map(({ to, label, keywords, icon: Icon }): Command => ({
    id: to, group: "Go to", title: label, keywords, icon: <Icon size={SIZE} />, run: () => void navigate({ to }),
  }));
  return [...actions, ...pages];
}
