import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Panel } from "./Panel";
import { summary, type Count } from "./viewers";
import classes from "./Viewers.module.css";

const Chart = lazy(() => import("./Chart"));

/** How many watch, and how that has gone. */
export function Viewers({ counts }: { counts: Count[] }) {
  const { peak, mean } = summary(counts);
  const now = counts.at(-1)?.viewers;
  return (
    <Panel title="Viewers">
      {now === undefined ? <p className={classes.none}>How many watch is counted every minute while Twitch shows you live.</p> : (
        <>
          <p className={classes.facts}>
            <span><strong>{now.toLocaleString("en")}</strong> now</span>
            <span>{peak.toLocaleString("en")} at most</span>
            <span>{mean.toLocaleString("en")} on average</span>
          </p>
          <Suspense fallback={<Skeleton height={100} />}><Chart counts={counts} /></Suspense>
        </>
      )}
    </Panel>
  );
}
