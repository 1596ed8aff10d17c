import { Button, SegmentedControl, Title, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { api, sentence } from "../../lib/api";
import { socket } from "../../lib/live";
import { Moment } from "../../lib/Moment";
import { meQuery } from "../../lib/session";
import { toast } from "../../lib/toasts";
import { Tokens } from "./Tokens";
import classes from "./SettingsPage.module.css";

export function SettingsPage() {
  return (
    <div className={classes.page}>
      <Title order={1} mb="xl">Settings</Title>
      <Section title="Account" text="Who is signed in here."><Account /></Section>
      <Section title="Appearance" text="Remembered in this browser."><Appearance /></Section>
      <Section title="API tokens" text="For scripts and other programs. A token can do what its role can, until you revoke it."><Tokens /></Section>
    </div>
  );
}

function Section({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <div>
        <Title order={2} size="h3">{title}</Title>
        <p className={classes.text}>{text}</p>
      </div>
      <div className={`panel ${classes.body}`}>{children}</div>
    </section>
  );
}

function Account() {
  const { data: me } = useQuery(meQuery);
  const client = useQueryClient();
  const router = useRouter();
  const signOut = useMutation({
    mutationFn: () => api.delete("/api/sessions/current"),
    onSuccess: async () => {
      socket.stop();
      await router.navigate({ to: "/login" });
      client.clear();
    },
    onError: (error) => toast(`You are still signed in. ${sentence(error)}`, { tone: "bad" }),
  });
  if (!me) return null;
  return (
    <div className={classes.row}>
      <div>
        <div className={classes.email}>{me.email}</div>
        <div className={classes.text}>{me.role.charAt(0).toUpperCase() + me.role.slice(1)} since <Moment at={me.createdAt} /></div>
      </div>
      <Button variant="default" leftSection={<LogOut size={16} />} loading={signOut.isPending} onClick={() => signOut.mutate()}>Sign out</Button>
    </div>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Theme"
      value={colorScheme}
      onChange={(value) => setColorScheme(value === "light" ? "light" : value === "dark" ? "dark" : "auto")}
      data={[{ value: "dark", label: "Dark" }, { value: "light", label: "Light" }, { value: "auto", label: "As the system" }]}
    />
  );
}
