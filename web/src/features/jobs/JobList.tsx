import { Button, Skeleton } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { Job } from "../../gen/api";
import { api, sentence, type Page, type Query } from "../../lib/api";
import { useJobs } from "../../lib/jobs";
import { JobRow } from "./JobRow";
import classes from "./JobsPage.module.css";
import { stirring } from "./order";

/** Single jobs, newest first, some at a time; read again when the board tells that some have begun or ended. */
export function JobList({ query, inside = false }: { query: Query; inside?: boolean }) {
  const { data: board } = useJobs();
  const list = useInfiniteQuery({
    queryKey: ["jobs", query, board && stirring(board, query.aggregateId)],
    queryFn: ({ pageParam, signal }) => api.get<Page<Job>>("/api/jobs", { query: { ...query, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  });
  const jobs = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeleton height={72} radius="md" role="status" aria-label="Loading the jobs" />;
  return (
    <>
      {list.data && jobs.length === 0 && <p className={classes.none}>There are no such jobs.</p>}
      <ul className={inside ? classes.rows : classes.list} aria-label="Jobs">{jobs.map((job) => <JobRow key={job.id} job={job} inside={inside} />)}</ul>
      {(list.hasNextPage || list.error) && (
        <div className={classes.more}>
          {list.error && <span role="alert">{sentence(list.error)}</span>}
          <Button variant="default" loading={list.isFetching} onClick={() => void (list.data ? list.fetchNextPage() : list.refetch())}>Show older ones</Button>
        </div>
      )}
    </>
  );
}
