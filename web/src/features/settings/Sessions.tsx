import { Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Session } from "../../gen/api";
import { api, type Page } from "../../lib/api";
import { Badge } from "../../lib/Badge";
import { Confirm } from "../../lib/Confirm";
import { Moment } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import { device } from "./device";
import classes from "./SettingsPage.module.css";

/** Where one is signed in. */
export function Sessions() {
  const client = useQueryClient();
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => api.get<Page<Session>>("/api/sessions", { signal }),
  });
  const end = async (path: string) => {
    await api.delete(path);
    await client.invalidateQueries({ queryKey: ["sessions"] });
  };
  const sessions = data?.items ?? [];
  return (
    <>
      {isPending && <Skeleton height={52} />}
      {error && !data && <Failure title="Your sessions could not be loaded" error={error} onRetry={() => void refetch()} />}
      <ul className={classes.list} aria-label="Sessions">
        {sessions.map((session) => (
          <li key={session.id} className={classes.row}>
            <div className={classes.name}>
              <span className={classes.email}>{device(session.device)}</span>
              {session.current && <Badge tone="good">This one</Badge>}
              <div className={classes.text}>{session.address}, {session.current ? "in use now" : <>last used <Moment at={session.seenAt} /></>}</div>
            </div>
            {!session.current && (
              <Confirm
                variant="subtle" color="red" c="var(--bad)" label={`Sign out ${device(session.device)}`} title="Sign out there?"
                text={<>{device(session.device)} at {session.address} has to sign in again.</>} yes="Sign out" no="Keep it" loses
                run={() => end(`/api/sessions/${session.id}`)}
              >
                Sign out
              </Confirm>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <Confirm
          mt="md" variant="default" title="Sign out everywhere else?" text="All other browsers have to sign in again. This one stays."
          yes="Sign out everywhere else" no="Keep them" loses run={() => end("/api/sessions")}
        >
          Sign out everywhere else
        </Confirm>
      )}
    </>
  );
}
