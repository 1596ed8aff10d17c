import { ActionIcon, TextInput, Title, Tooltip } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useEffect, useState } from "react";
import type { Stream } from "../../gen/api";
import { api, ApiError, sentence } from "../../lib/api";
import { documentKey } from "../../lib/live";
import { useMay } from "../../lib/session";
import classes from "./StreamTitle.module.css";

/** The title, which can be changed where it stands. */
export function StreamTitle({ stream }: { stream: Stream }) {
  const client = useQueryClient();
  const mayEdit = useMay("edit");
  const [draft, setDraft] = useState<string>();
  const rename = useMutation({
    mutationFn: (title: string) => api.patch<Stream>(`/api/streams/${stream.id}`, { title }),
    onSuccess: (renamed) => {
      client.setQueryData<Stream>(documentKey(`stream/${stream.id}`), (old) => old && { ...old, title: renamed.title });
      void client.invalidateQueries({ queryKey: ["streams"] });
      setDraft(undefined);
    },
  });
  useEffect(() => {
    document.title = `${stream.title} · Afterglow`;
    return () => {
      document.title = "Afterglow";
    };
  }, [stream.title]);

  const save = () => {
    const title = draft?.trim();
    if (rename.isPending || title === undefined) return;
    if (title === "" || title === stream.title) return setDraft(undefined);
    rename.mutate(title);
  };
  if (draft !== undefined) {
    return (
      <form action={save}>
        <TextInput
          autoFocus size="lg" aria-label="Title" maxLength={200} disabled={rename.isPending}
          value={draft}
          error={rename.error && ((rename.error instanceof ApiError && rename.error.fields.title) || sentence(rename.error))}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={save}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            rename.reset();
            setDraft(undefined);
          }}
        />
      </form>
    );
  }
  return (
    <div className={classes.row}>
      <Title order={1} className={classes.title} onDoubleClick={() => mayEdit && setDraft(stream.title)}>{stream.title}</Title>
      {mayEdit && (
        <Tooltip label="Rename">
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Rename the stream" onClick={() => setDraft(stream.title)}>
            <Pencil size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}
