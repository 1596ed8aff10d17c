import { ActionIcon, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, Trash2, Upload } from "lucide-react";
import { useRef, useState } from "react";
import type { Stream } from "../../gen/api";
import { api } from "../../lib/api";
import { Ask } from "../../lib/Confirm";
import { bytes, counted } from "../../lib/format";
import { toast } from "../../lib/toasts";
import { chooseFiles } from "../../lib/uploads";

/** What can be done with a stream, besides watching it. */
export function StreamMenu({ stream }: { stream: Stream }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const going = [
    stream.clips.length > 0 && `${counted(stream.clips.length, "clip")}, ${bytes(stream.size)} as recorded,`,
    stream.markers.length > 0 && counted(stream.markers.length, "marker"),
  ].filter(Boolean);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon ref={button} variant="default" size="lg" aria-label="What can be done with this stream"><Ellipsis size={18} /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Upload size={16} />} onClick={() => chooseFiles(stream.id)}>Add a recording</Menu.Item>
          <Menu.Item leftSection={<Trash2 size={16} />} c="var(--bad)" onClick={() => { button.current?.focus(); setDeleting(true); }}>Delete the stream…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Ask
        opened={deleting} onClose={() => setDeleting(false)} title={`Delete “${stream.title}”?`} loses yes="Delete the stream" no="Keep it"
        text={`${going.length > 0 ? `With it go ${going.join(" and ")}. ` : ""}${stream.published ? "Nobody can watch it any more. " : ""}This cannot be undone.`}
        run={async () => {
          await api.delete(`/api/streams/${stream.id}`);
          await navigate({ to: "/streams" });
          await client.invalidateQueries({ queryKey: ["streams"] });
          toast(`Deleted “${stream.title}”`);
        }}
      />
    </>
  );
}
