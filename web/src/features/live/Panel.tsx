import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./Panel.module.css";

interface PanelProps {
  title: string;
  /** What stands at the end of the head: a count, a filter, a button. */
  tools?: ReactNode;
  /** It fills its place, and what is in it scrolls by itself. */
  fills?: boolean;
  children: ReactNode;
}

/** One thing that one looks at while live. */
export function Panel({ title, tools, fills = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${classes.panel}`} aria-labelledby={id} data-fills={fills || undefined}>
      <div className={classes.head}>
        <Title order={2} id={id} size="h3">{title}</Title>
        {tools && <div className={classes.tools}>{tools}</div>}
      </div>
      <div className={classes.body}>{children}</div>
    </section>
  );
}
