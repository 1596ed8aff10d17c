import { Button, Skeleton, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, Trash2 } from "lucide-react";
import { useState } from "react";
import type { CreateSeries as Plan, Series } from "../../gen/api";
import { api, ApiError, isGone, sentence } from "../../lib/api";
import { Ask, Confirm } from "../../lib/Confirm";
import { useNow } from "../../lib/Moment";
import { Failure } from "../../lib/Notice";
import page from "../../lib/Page.module.css";
import { useMay } from "../../lib/session";
import { toast } from "../../lib/toasts";
import { dayIn, zoneHere } from "./calendar";
import { oneQuery, planOf, useAgain, useSeriesChanges } from "./data";
import { PlanFields } from "./PlanFields";
import { inWords } from "./recurrence";
import classes from "./SeriesPage.module.css";
import { Upcoming } from "./Upcoming";

const route = getRouteApi("/app/series/$seriesId");

/** One series: its plan, which is edited here, and the streams that follow from it. */
export function SeriesPage() {
  const { seriesId } = route.useParams();
  const series = useQuery({ ...oneQuery(seriesId), enabled: seriesId !== "new" });
  useSeriesChanges();
  return (
    <div className={`${page.inner} ${classes.page}`}>
      <Link to="/series" className={page.back}><ArrowLeft size={16} aria-hidden="true" />Series</Link>
      {seriesId === "new" && <Editor key="new" />}
      {seriesId !== "new" && series.isPending && <div role="status" aria-label="Loading the series"><Skeleton height={36} width="40%" mb={24} /><Skeleton height={420} radius="lg" /></div>}
      {series.error && (!series.data || isGone(series.error)) && <Failure page title="This series could not be shown" error={series.error} onRetry={() => void series.refetch()} />}
      {seriesId !== "new" && series.data && !isGone(series.error) && <Editor key={seriesId} series={series.data} />}
    </div>
  );
}

/** What a plan is before anything is said of it: the evening of today, every week. */
function fresh(today: string): Plan {
  return { title: "", zone: zoneHere(), start: today, time: "19:00", minutes: 180, recurrence: {} };
}

function Editor({ series }: { series?: Series }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const changed = useAgain();
  const mayEdit = useMay("edit");
  const now = useNow();
  const [made] = useState(() => fresh(dayIn(now, zoneHere())));
  const kept = series ? planOf(series) : made;
  const [draft, setDraft] = useState<Partial<Plan>>({});
  const plan: Plan = { ...kept, ...draft };
  const dirty = Object.keys(draft).some((name) => JSON.stringify(draft[name as keyof Plan]) !== JSON.stringify(kept[name as keyof Plan]));

  const save = useMutation({
    mutationFn: () => (series ? api.patch<Series>(`/api/series/${series.id}`, whole(draft)) : api.post<Series>("/api/series", plan)),
    onSuccess: async (saved) => {
      client.setQueryData(oneQuery(saved.id).queryKey, saved);
      setDraft({});
      await changed();
      toast(series ? "Saved" : `“${saved.title}” is planned`);
      if (!series) await navigate({ to: "/series/$seriesId", params: { seriesId: saved.id }, replace: true, ignoreBlocker: true });
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const leaving = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  const change = (part: Partial<Plan>) => {
    setDraft((old) => ({ ...old, ...part }));
    if (save.error) save.reset();
  };
  return (
    <>
      <header className={classes.head}>
        <div>
          <Title order={1} className={classes.title}>{series ? series.title : "New series"}</Title>
          {series && <p className={classes.text}>{inWords(series)}, {series.zone.replaceAll("_", " ")}</p>}
        </div>
        {series && mayEdit && (
          <Confirm
            variant="subtle" color="red" c="var(--bad)" leftSection={<Trash2 size={16} />} title={`Delete “${series.title}”?`} loses yes="Delete the series" no="Keep it"
            text="Its plan and its notes go, and nothing of it stands on the calendar any more. Streams that there were stay as they are."
            run={async () => {
              await api.delete(`/api/series/${series.id}`);
              setDraft({});
              await navigate({ to: "/series", ignoreBlocker: true });
              await changed();
              toast(`Deleted “${series.title}”`);
            }}
          >
            Delete
          </Confirm>
        )}
      </header>
      <div className={classes.layout}>
        <form
          className={classes.form} id="plan"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <fieldset disabled={!mayEdit} className={classes.fields}><PlanFields plan={plan} fields={fields} onChange={change} /></fieldset>
          {mayEdit && (dirty || !series) && (
            <div className={classes.bar}>
              <span className={classes.state} role={save.error ? "alert" : "status"} data-bad={save.error ? true : undefined}>
                {save.error ? sentence(save.error) : series ? "Not saved yet" : ""}
              </span>
              {series && <Button variant="default" onClick={() => { setDraft({}); save.reset(); }}>Discard</Button>}
              <Button type="submit" loading={save.isPending}>{series ? "Save" : "Plan it"}</Button>
            </div>
          )}
        </form>
        <Upcoming series={series} plan={plan} />
      </div>
      <Ask
        opened={leaving.status === "blocked"} onClose={() => leaving.reset?.()} title="Leave without saving?" loses yes="Leave" no="Stay"
        text="What you changed on this page is lost then." run={async () => leaving.proceed?.()}
      />
    </>
  );
}

/** What is to be sent of a change: what is taken away is said to be empty. */
function whole(draft: Partial<Plan>): Partial<Plan> {
  return {
    ...draft,
    ...("category" in draft && { category: draft.category ?? { id: "", name: "" } }),
    ...("end" in draft && { end: draft.end ?? "" }),
    ...("language" in draft && { language: draft.language ?? "" }),
  };
}
