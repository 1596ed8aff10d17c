import { Tabs, Title } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useJobs } from "../../lib/jobs";
import { Failure } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { useMay } from "../../lib/session";
import { Letters } from "./Letters";
import { Reactors } from "./Reactors";
import { Work } from "./Work";
import classes from "./JobsPage.module.css";

const route = getRouteApi("/app/jobs");

/** All work there is, who does it, and what could not be done. */
export function JobsPage() {
  const { view = "work" } = route.useSearch();
  const navigate = route.useNavigate();
  const readLog = useMay("readLog");
  const { data: board, error, refetch } = useJobs();
  return (
    <div className={`${page.page} ${classes.page}`}>
      <Title order={1} mb="lg">Jobs</Title>
      {error && !board ? (
        <Failure title="The jobs could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <Tabs
          value={view}
          keepMounted={false}
          onChange={(chosen) => void navigate({ search: { view: chosen === "work" || !chosen ? undefined : chosen }, replace: true })}
        >
          <Tabs.List className={classes.tabs}>
            <Tabs.Tab value="work">Work</Tabs.Tab>
            <Tabs.Tab value="reactors">Reactors</Tabs.Tab>
            {readLog && (
              <Tabs.Tab value="letters">
                Dead letters
                {board && board.openLetters > 0 && <span className={classes.alarm}>{board.openLetters}</span>}
              </Tabs.Tab>
            )}
          </Tabs.List>
          <Tabs.Panel value="work" pt="lg"><Work board={board} /></Tabs.Panel>
          <Tabs.Panel value="reactors" pt="lg"><Reactors board={board} /></Tabs.Panel>
          {readLog && <Tabs.Panel value="letters" pt="lg"><Letters board={board} /></Tabs.Panel>}
        </Tabs>
      )}
    </div>
  );
}
