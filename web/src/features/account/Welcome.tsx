import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Logo } from "../../lib/Logo";
import classes from "./Welcome.module.css";

/** The frame of the pages before one is signed in. */
export function Welcome({ title, intro, children }: { title: string; intro: ReactNode; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <div className={classes.sky} aria-hidden="true" />
      <div className={classes.card}>
        <div className={classes.logo}><Logo size={34} /></div>
        <Title order={1} className={classes.title}>{title}</Title>
        <div className={classes.intro}>{intro}</div>
        {children}
      </div>
    </main>
  );
}
