import { Button, Collapse } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ChevronDown } from "lucide-react";
import { memo, useState } from "react";
import { Badge } from "../../lib/Badge";
import type { Pipeline } from "../../gen/api";
import { Moment, useNow } from "../../lib/Moment";
import { roughly } from "../../lib/time";
import { ClipControls } from "./ClipControls";
import { JobList } from "./JobList";
import classes from "./JobRow.module.css";
import { between, STATES } from "./order";
import { StageRow } from "./StageRow";

/** All work on one thing, stage by stage, with what can be done about it; what is done takes little room. Drawn again only when it changes. */
export const PipelineCard = memo(function PipelineCard({ pipeline, opened }: { pipeline: Pipeline; opened: boolean }) {
  const [open, setOpen] = useState(opened);
  const now = useNow();
  const { aggregate, aggregateId, state, stages, createdAt, finishedAt } = pipeline;
  const name = pipeline.label || `${aggregate} ${aggregateId}`;
  const { tone, label } = STATES[state];
  const over = state !== "running" && state !== "waiting";
  return (
    <li className={`panel ${classes.job} ${classes.pipeline}`} aria-label={name}>
      <div className={classes.top}>
        <div className={classes.names}>
          <h2 className={classes.title}>
            {aggregate === "clip" && <Link to="/clips/$clipId" params={{ clipId: aggregateId }} preload={false}>{name}</Link>}
            {aggregate === "stream" && <Link to="/streams/$streamId" params={{ streamId: aggregateId }}>{name}</Link>}
            {aggregate !== "clip" && aggregate !== "stream" && name}
          </h2>
          <p className={classes.by}>
            <Moment at={createdAt} />
            {over ? finishedAt && ` · took ${roughly(between(createdAt, finishedAt))}` : ` · for ${roughly(between(createdAt, now.toISOString()))}`}
          </p>
        </div>
        <div className={classes.ends}>
          <Badge tone={tone}>{label}</Badge>
          <Button
            size="compact-sm" variant="subtle" color="gray" aria-expanded={open} aria-label={`Details of ${name}`}
            rightSection={<ChevronDown size={14} style={{ rotate: open ? "180deg" : undefined }} />} onClick={() => setOpen(!open)}
          >
            Details
          </Button>
        </div>
      </div>
      {(state !== "done" || open) && <ol className={classes.stages}>{stages.map((stage) => <StageRow key={stage.reactor} stage={stage} of={name} />)}</ol>}
      {aggregate === "clip" && <ClipControls clipId={aggregateId} name={name} state={state} retriable={stages.some(({ retriable }) => retriable)} />}
      <Collapse expanded={open}>{open && <JobList query={{ aggregate, aggregateId }} inside />}</Collapse>
    </li>
  );
});
