import { Button, Stack, Text, Title } from "@mantine/core";
import { PlugZap, RotateCcw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { isGone, sentence } from "./api";
import type { Trouble } from "./health";
import { LinkButton } from "./LinkButton";
import classes from "./Notice.module.css";

interface NoticeProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  tone?: "calm" | "bad";
  compact?: boolean;
  /** It is all that the page has to say, so its title is the page's. */
  page?: boolean;
}

/** Fills the place of content that is not there: what is the case, and what to do next. */
export function Notice({ icon, title, children, action, tone = "calm", compact = false, page = false }: NoticeProps) {
  return (
    <Stack align="center" gap="sm" className={classes.notice} data-compact={compact || undefined}>
      <span className={classes.icon} data-tone={tone} aria-hidden="true">{icon}</span>
      <Title order={page ? 1 : 2} size="h2" ta="center">{title}</Title>
      {children && <Text component="div" c="dimmed" ta="center" maw={480} lh={1.6} style={{ textWrap: "balance", overflowWrap: "anywhere" }}>{children}</Text>}
      {action && <div className={classes.action}>{action}</div>}
    </Stack>
  );
}

/** The notice for a page that waits until something is back. */
export function Away({ trouble }: { trouble: Trouble }) {
  return (
    <div role="alert">
      <Notice page tone="bad" icon={<PlugZap size={26} />} title={trouble.title}>
        {trouble.text}
        <br />
        This page goes on by itself then.
      </Notice>
    </div>
  );
}

/** The notice for something that could not be loaded; trying again does not bring what is not there. */
export function Failure({ title, error, onRetry, page }: { title: string; error: unknown; onRetry?: () => void; page?: boolean }) {
  return (
    <div role="alert">
      <Notice
        icon={<TriangleAlert size={26} />}
        tone="bad"
        title={title}
        page={page}
        action={isGone(error) ? page && <LinkButton to="/streams" variant="default">Back to streams</LinkButton> : onRetry && (
          <Button variant="default" leftSection={<RotateCcw size={16} />} onClick={onRetry}>Try again</Button>
        )}
      >
        {sentence(error)}
      </Notice>
    </div>
  );
}
