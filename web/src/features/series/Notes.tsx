import { SegmentedControl, Textarea } from "@mantine/core";
import { useState } from "react";
import { Markdown } from "../../lib/Markdown";
import classes from "./SeriesPage.module.css";

/** Notes in Markdown, and how they will look. */
export function Notes({ text, error, onChange }: { text: string; error?: string; onChange: (text: string) => void }) {
  const [view, setView] = useState("write");
  return (
    <div className={classes.notes}>
      <SegmentedControl
        className={classes.views} size="xs" aria-label="Write notes, or see them" value={view} onChange={setView}
        data={[{ value: "write", label: "Write" }, { value: "look", label: "Preview" }]}
      />
      {view === "write" ? (
        <Textarea
          aria-label="Notes" autosize minRows={6} maxRows={24} placeholder={"- [ ] Capture card on\n- Thank last week’s **raid**"} value={text} error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <div className={classes.look}>{text.trim() ? <Markdown text={text} /> : <p className={classes.text}>Nothing is noted.</p>}</div>
      )}
    </div>
  );
}
