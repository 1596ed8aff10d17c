import { ActionIcon, Menu, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronsDown, ChevronsUp, CircleX, Ellipsis, Pause, Play, RotateCcw, Share2, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import type { Clip } from "../../gen/api";
import { api, sentence } from "../../lib/api";
import { Ask } from "../../lib/Confirm";
import { bytes } from "../../lib/format";
import { toast } from "../../lib/toasts";
import { EndingLink } from "./Share";

/** The highest priority; its negative is the lowest. */
const HIGHEST = 10;

/** What can be done with a clip. */
export function ClipMenu({ clip }: { clip: Clip }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<"cancel" | "delete" | "share">();
  const button = useRef<HTMLButtonElement>(null);
  /** Opens a dialog, which gives the focus back to what had it: the button, as the menu is gone by then. */
  const ask = (what: typeof asked) => {
    button.current?.focus();
    setAsked(what);
  };
  const close = () => setAsked(undefined);
  const path = `/api/clips/${clip.id}`;
  const changed = (now: Clip) => client.setQueriesData<Clip[]>({ queryKey: ["clips", clip.streamId] }, (clips) => clips?.map((old) => (old.id === now.id ? now : old)));
  const command = useMutation({
    mutationFn: ({ run }: { run: () => Promise<Clip>; said: string }) => run(),
    onSuccess: (now, { said }) => {
      changed(now);
      toast(said);
    },
    onError: (error) => toast(sentence(error), { tone: "bad" }),
  });
  const tell = (verb: string, said: string) => command.mutate({ run: () => api.post<Clip>(`${path}/${verb}`), said });
  const prioritize = (priority: number, said: string) => command.mutate({ run: () => api.patch<Clip>(path, { priority }), said });

  const busy = clip.state === "registered" || clip.state === "probed";
  const priority = clip.priority ?? 0;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon ref={button} variant="subtle" color="gray" size="lg" aria-label={`What can be done with ${clip.name}`} loading={command.isPending}>
            <Ellipsis size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {clip.playable && <Menu.Item leftSection={<Share2 size={16} />} onClick={() => ask("share")}>Share this clip…</Menu.Item>}
          {busy && (clip.paused
            ? <Menu.Item leftSection={<Play size={16} />} onClick={() => tell("resume", `Going on with “${clip.name}”`)}>Go on</Menu.Item>
            : <Menu.Item leftSection={<Pause size={16} />} onClick={() => tell("pause", `“${clip.name}” waits`)}>Pause the work</Menu.Item>)}
          {busy && priority < HIGHEST && (
            <Menu.Item leftSection={<ChevronsUp size={16} />} onClick={() => prioritize(priority + 1, `“${clip.name}” comes earlier`)}>More urgent</Menu.Item>
          )}
          {busy && priority > -HIGHEST && (
            <Menu.Item leftSection={<ChevronsDown size={16} />} onClick={() => prioritize(priority - 1, `“${clip.name}” comes later`)}>Less urgent</Menu.Item>
          )}
          {busy && <Menu.Item leftSection={<CircleX size={16} />} onClick={() => ask("cancel")}>Cancel the work…</Menu.Item>}
          {clip.state === "failed" && clip.sourceKept && (
            <Menu.Item leftSection={<RotateCcw size={16} />} onClick={() => tell("retry", `Trying “${clip.name}” again`)}>Try again</Menu.Item>
          )}
          <Menu.Item leftSection={<Trash2 size={16} />} c="var(--bad)" onClick={() => ask("delete")}>Delete…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asked === "share"} onClose={close} title={`Share “${clip.name}”`} size="lg" closeButtonProps={{ "aria-label": "Close" }}>
        <EndingLink path={`${path}/links`} disabled={!clip.playable} />
      </Modal>
      <Ask
        opened={asked === "cancel"} onClose={close} title={`Cancel the work on “${clip.name}”?`}
        text="What is done so far stays, and the work can go on from there later." yes="Cancel the work" no="Let it go on"
        run={async () => changed(await api.post<Clip>(`${path}/cancel`))}
      />
      <Ask
        opened={asked === "delete"} onClose={close} title={`Delete “${clip.name}”?`} loses yes="Delete the clip" no="Keep it"
        text={`The file that was sent (${bytes(clip.size)}) and everything made of it are removed. This cannot be undone.`}
        run={async () => {
          await api.delete(path);
          await client.invalidateQueries({ queryKey: ["document", `stream/${clip.streamId}`] });
          toast(`Deleted “${clip.name}”`);
        }}
      />
    </>
  );
}
