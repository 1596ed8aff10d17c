import { ActionIcon, Button, Menu } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ChevronDown, FileVideo, FolderOpen, Plus, Upload } from "lucide-react";
import { chooseFiles, chooseFolder } from "../../lib/uploads";

const route = getRouteApi("/app/streams");

/** All ways to add something; on a phone there is one icon for them. */
export function AddButton() {
  const navigate = route.useNavigate();
  const make = () => void navigate({ search: (old) => ({ ...old, new: "stream" }) });
  return (
    <>
      <ActionIcon hiddenFrom="sm" variant="default" size={44} aria-label="New stream" onClick={make}><Plus size={20} /></ActionIcon>
      <Button visibleFrom="sm" variant="default" leftSection={<Plus size={16} />} onClick={make}>New stream</Button>
      <Button.Group visibleFrom="sm">
        <Button leftSection={<Upload size={16} />} onClick={() => chooseFiles()}>Add a recording</Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button px={10} aria-label="Other ways to add" style={{ borderInlineStart: "1px solid color-mix(in srgb, var(--on-ember) 30%, transparent)" }}><ChevronDown size={16} /></Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<FileVideo size={16} />} onClick={() => chooseFiles()}>Choose files</Menu.Item>
            <Menu.Item leftSection={<FolderOpen size={16} />} onClick={() => chooseFolder()}>Choose a folder</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
    </>
  );
}
