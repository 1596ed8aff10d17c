import { Button, Code, Skeleton, Table } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Storage as Stored, Used } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { bytes } from "../../lib/format";
import { Failure } from "../../lib/Notice";
import classes from "./Storage.module.css";

const KINDS: { kind: keyof Used; label: string; text: string }[] = [
  { kind: "sources", label: "Sources", text: "the files as they were sent" },
  { kind: "video", label: "Video", text: "what was made of them for playing" },
  { kind: "pictures", label: "Pictures", text: "posters and previews" },
];

/** How much is stored, by kind and by stream. */
export function Storage() {
  const list = useInfiniteQuery({
    queryKey: ["storage"],
    queryFn: ({ pageParam, signal }) => api.get<Stored>("/api/storage", { query: { limit: 20, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });
  if (list.isPending) return <Skeleton height={180} role="status" aria-label="Loading the storage" />;
  const total = list.data?.pages.at(-1)?.total;
  if (!total) return <Failure title="What is stored could not be loaded" error={list.error} onRetry={() => void list.refetch()} />;
  const streams = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={classes.storage}>
      <Total used={total} />
      <p className={classes.text}>
        Sources are kept unless <Code>AFTERGLOW_SOURCES=drop</Code> is set where Afterglow runs. Then each is removed
        as soon as its clip is ready in all sizes; the clip plays on, and only the file as it was recorded is gone.
      </p>
      {streams.length > 0 && <Streams streams={streams} />}
      {list.hasNextPage && (
        <div className={classes.more}>
          {list.isFetchNextPageError && <span role="alert">{sentence(list.error)}</span>}
          <Button size="compact-sm" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show more streams</Button>
        </div>
      )}
    </div>
  );
}

function Total({ used }: { used: Used }) {
  const all = sum(used);
  return (
    <>
      <p className={classes.total}><strong>{bytes(all)}</strong> in all</p>
      {all > 0 && (
        <div className={classes.bar} aria-hidden="true">
          {KINDS.map(({ kind }) => used[kind] > 0 && <span key={kind} data-kind={kind} style={{ flexGrow: used[kind] / all }} />)}
        </div>
      )}
      <dl className={classes.kinds}>
        {KINDS.map(({ kind, label, text }) => (
          <div key={kind}>
            <dt><span className={classes.dot} data-kind={kind} aria-hidden="true" />{label}</dt>
            <dd><strong>{bytes(used[kind])}</strong> {text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Streams({ streams }: { streams: Stored["items"] }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Storage by stream">
      <Table className={classes.table} verticalSpacing={8} horizontalSpacing={10}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Stream</Table.Th>
            {KINDS.map(({ kind, label }) => <Table.Th key={kind}>{label}</Table.Th>)}
            <Table.Th>Together</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {streams.map(({ streamId, title, used }) => (
            <Table.Tr key={streamId}>
              <Table.Th scope="row"><Link to="/streams/$streamId" params={{ streamId }} className={classes.title}>{title}</Link></Table.Th>
              {KINDS.map(({ kind }) => <Table.Td key={kind}>{used[kind] > 0 ? bytes(used[kind]) : "–"}</Table.Td>)}
              <Table.Td>{bytes(sum(used))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function sum({ sources, video, pictures }: Used): number {
  return sources + video + pictures;
}
