import { Button, Skeleton, UnstyledButton } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { MailCheck, X } from "lucide-react";
import type { Letter } from "../../gen/api";
import { all, api, sentence, type Page } from "../../lib/api";
import { Confirm } from "../../lib/Confirm";
import { counted } from "../../lib/format";
import type { Board } from "../../gen/api";
import { Failure, Notice } from "../../lib/Notice";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import { LetterRow } from "./LetterRow";
import classes from "./JobsPage.module.css";
import { each, endings } from "./order";

const route = getRouteApi("/app/jobs");

const KINDS = [
  { value: undefined, label: "All open", query: { state: "open" } },
  { value: "buried", label: "Given up by reactors", query: { state: "open", kind: "buried" } },
  { value: "parked", label: "Set aside by projections", query: { state: "open", kind: "parked" } },
  { value: "past", label: "Seen to", query: {} },
];

/** What could not be handled, why, and trying it again. */
export function Letters({ board }: { board: Board | undefined }) {
  const { kind, source } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMay("edit");
  const query = { ...KINDS.find(({ value }) => value === kind)?.query, source };
  const list = useInfiniteQuery({
    queryKey: ["letters", kind, source, board && endings(board)],
    queryFn: ({ pageParam, signal }) => api.get<Page<Letter>>("/api/letters", { query: { ...query, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  });
  const letters = (list.data?.pages.flatMap((page) => page.items) ?? []).filter(({ state }) => kind !== "past" || state !== "open");
  return (
    <>
      <div className={classes.filters} role="group" aria-label="Kind">
        {KINDS.map(({ value, label }) => (
          <UnstyledButton
            key={label} className={classes.filter} aria-pressed={kind === value}
            onClick={() => void navigate({ search: (old) => ({ ...old, kind: value }), replace: true })}
          >
            {label}
          </UnstyledButton>
        ))}
        {source && (
          <UnstyledButton className={classes.filter} aria-pressed="true" onClick={() => void navigate({ search: (old) => ({ ...old, source: undefined }), replace: true })}>
            {source}<X size={14} aria-label="Remove this filter" />
          </UnstyledButton>
        )}
        {mayEdit && kind !== "past" && letters.length > 1 && <RedriveAll query={query} />}
      </div>
      {list.isPending && <Loading />}
      {list.error && !list.data && <Failure title="The letters could not be loaded" error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && letters.length === 0 && !list.hasNextPage && (
        <Notice icon={<MailCheck size={26} />} title={kind === "past" ? "Nothing was seen to yet" : "Nothing is left undone"}>
          What a reactor gives up and what a projection cannot take in comes here, with its reason, to be tried again.
        </Notice>
      )}
      <ul className={classes.list}>{letters.map((letter) => <LetterRow key={letter.id} letter={letter} />)}</ul>
      {list.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show older ones</Button>
        </div>
      )}
    </>
  );
}

/** Lets everything be tried again that the filters show. */
function RedriveAll({ query }: { query: Record<string, string | undefined> }) {
  const client = useQueryClient();
  const run = async () => {
    const letters = await all<Letter>("/api/letters", { query });
    const { well, error } = await each(letters, ({ id }) => api.post(`/api/letters/${id}/redrive`));
    void client.invalidateQueries({ queryKey: ["letters"] });
    if (well === 0 && error) throw error;
    toast(`${counted(well, "letter")} will be tried again${error ? `, ${letters.length - well} not: ${sentence(error)}` : ""}`, { tone: error ? "bad" : "calm" });
  };
  return (
    <Confirm
      ml="auto" variant="light" style={{ flex: "none" }} title="Try all of these again?" yes="Try all again" no="Not now" run={run}
      text="Everything that is open and shown with these filters is handled once more. What fails again comes back here."
    >
      Try all again
    </Confirm>
  );
}

function Loading() {
  return (
    <div className={classes.list} role="status" aria-label="Loading the letters">
      {Array.from({ length: 4 }, (_, i) => <Skeleton key={i} height={96} radius="lg" />)}
    </div>
  );
}
