import { Button, SegmentedControl, Title, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { Moment } from "../../lib/Moment";
import page from "../../lib/Page.module.css";
import { meQuery, useMay, useSignOut } from "../../lib/session";
import { Connections } from "./Connections";
import { Password } from "./Password";
import { People } from "./People";
import { useSettings } from "./live";
import { Sessions } from "./Sessions";
import { Storage } from "./Storage";
import { Tokens } from "./Tokens";
import classes from "./SettingsPage.module.css";

/** What is one's own, and for an owner who else may come in. */
export function SettingsPage() {
  const mayManage = useMay("manage");
  useSettings();
  return (
    <div className={`${page.page} ${classes.page}`}>
      <Title order={1} mb="xl">Settings</Title>
      <Section title="Account" text="Who is signed in here."><Account /></Section>
      <Section title="Password" text="Changing it signs you out everywhere else."><Password /></Section>
      <Section title="Sessions" text="Where you are signed in."><Sessions /></Section>
      <Section title="Appearance" text="Remembered in this browser."><Appearance /></Section>
      <Section title="Connections" text="What Afterglow hears from."><Connections /></Section>
      {mayManage && <Section title="People" text="Who may come in, and what they may do."><People /></Section>}
      <Section title="API tokens" text="For scripts and other programs. A token can do what its role can, until you revoke it."><Tokens /></Section>
      <Section title="Storage" text="What your recordings take, and what for."><Storage /></Section>
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
  const signOut = useSignOut();
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
