import { ActionIcon, Menu } from "@mantine/core";
import { Braces, Captions, Download, FileText, FileUp } from "lucide-react";

const FORMATS = [
  { file: "chat.vtt", label: "Subtitles (WebVTT)", icon: Captions },
  { file: "chat.json", label: "Everything (JSON)", icon: Braces },
  { file: "chat.txt", label: "To read (text)", icon: FileText },
];

/** Takes the chat away as a file, and adds what another program has saved. */
export function ChatMenu({ streamId, onImport }: { streamId: string; onImport: (() => void) | undefined }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Download or import the chat"><Download size={17} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Download</Menu.Label>
        {FORMATS.map(({ file, label, icon: Icon }) => (
          <Menu.Item key={file} component="a" href={`/api/chat/streams/${streamId}/${file}`} download leftSection={<Icon size={16} />}>{label}</Menu.Item>
        ))}
        {onImport && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<FileUp size={16} />} onClick={onImport}>Import a chat file…</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
