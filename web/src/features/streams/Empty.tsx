import { Button, Code, Group } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Clapperboard, FolderOpen, Plus, SearchX, Upload } from "lucide-react";
import { daysInWords } from "../../lib/days";
import { LinkButton } from "../../lib/LinkButton";
import { Notice } from "../../lib/Notice";
import { chooseFiles, chooseFolder } from "../../lib/uploads";
import classes from "./Empty.module.css";
import type { Search } from "./query";

const route = getRouteApi("/app/streams");

const WAYS = [
  { title: "While you stream", command: "afterglow watch ~/Videos", text: "Takes each recording as soon as OBS has written it." },
  { title: "What you have already", command: "afterglow import FILE…", text: "Files and whole folders, from a terminal." },
  { title: "Only looking?", command: "afterglow up --demo", text: "Starts with a stream to look at." },
];

/** What to do while there is nothing yet. */
export function FirstSteps() {
  return (
    <>
      <Notice
        icon={<Clapperboard size={28} />}
        title="Your first stream starts with a recording"
        action={
          <Group justify="center">
            <Button size="md" leftSection={<Upload size={18} />} onClick={() => chooseFiles()}>Choose a recording</Button>
            <Button size="md" variant="default" leftSection={<FolderOpen size={18} />} onClick={() => chooseFolder()}>Choose a folder</Button>
            <LinkButton to="/streams" search={{ new: "stream" }} size="md" variant="subtle" color="gray" leftSection={<Plus size={18} />}>New stream</LinkButton>
          </Group>
        }
      >
        Drop files or folders anywhere in this window. Anything OBS writes will do.
      </Notice>
      <ul className={classes.ways}>
        {WAYS.map(({ title, command, text }) => (
          <li key={title}>
            <h3>{title}</h3>
            <Code>{command}</Code>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What to do when the search and the filters leave nothing over. */
export function NothingFound({ search }: { search: Search }) {
  const navigate = route.useNavigate();
  const { q, state, published, from, to } = search;
  const others = [state, published, from ?? to].filter(Boolean).length;
  return (
    <Notice
      icon={<SearchX size={26} />}
      title={q && others === 0 ? `Nothing is called “${q}”` : "No stream is like that"}
      action={
        <Group justify="center">
          <Button variant="default" onClick={() => void navigate({ search: ({ sort }) => ({ sort }) })}>Show all streams</Button>
          {q && others > 0 && <Button variant="subtle" color="gray" onClick={() => void navigate({ search: (old) => ({ sort: old.sort, q }) })}>Only look for “{q}”</Button>}
        </Group>
      }
    >
      {others === 0
        ? "The search looks at titles and at the names of files. Fewer letters find more."
        : [`${others === 1 ? "A filter is" : "Filters are"} set`, (from ?? to) && daysInWords({ from, to })].filter(Boolean).join(": ") + "."}
    </Notice>
  );
}
