import { Alert, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Logo } from "../../lib/Logo";
import { useOutage } from "../../lib/outage";
import classes from "./Welcome.module.css";

interface WelcomeProps {
  title: string;
  intro: ReactNode;
  /** The server owes an answer: what is wrong is told if that takes long. */
  waiting?: boolean;
  children: ReactNode;
}

/** The frame of the pages before one is signed in. */
export function Welcome({ title, intro, waiting = false, children }: WelcomeProps) {
  const trouble = useOutage(waiting);
  return (
    <main className={classes.page}>
      <div className={classes.sky} aria-hidden="true" />
      <div className={classes.card}>
        <div className={classes.logo}><Logo size={34} /></div>
        <Title order={1} className={classes.title}>{title}</Title>
        <div className={classes.intro}>{intro}</div>
        {trouble && <Alert mb="md" color="ember" variant="light" role="status" title={trouble.title}>Trying again until it is back.</Alert>}
        {children}
      </div>
    </main>
  );
}
