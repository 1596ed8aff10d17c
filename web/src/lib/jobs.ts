/** The live list of work, which several pages look at. */
import type { Board, Job, Pipeline, Stage } from "../gen/api";
import { api } from "./api";
import { useDocument } from "./live";
import { roughly } from "./time";

/** All work as it is now, pushed as it changes. */
export function useJobs() {
  return useDocument<Board>("jobs", (signal) => api.get("/api/jobs/board", { signal }));
}

/** The stages of the work on one thing; none while nothing is known of it. */
export function stagesOf(pipelines: Pipeline[] | undefined, aggregateId: string): Stage[] {
  return pipelines?.find((pipeline) => pipeline.aggregateId === aggregateId)?.stages ?? [];
}

/** The stage that says most about how far things are: the last that runs, else the first that waits. */
export function leading(stages: Stage[]): Stage | undefined {
  return stages.findLast((stage) => stage.running > 0) ?? stages.find((stage) => stage.waiting > 0);
}

/** Progress of a job or of a stage of many in words: `Packaging · 42 % · 3.1× · 2 min left`. */
export function progress(work: Job | Stage): string {
  const { stage, percent, speed, remaining, attempt } = work;
  const goes = "running" in work ? work.running > 0 : work.state === "running";
  if (!goes) return attempt > 1 ? `Waiting for attempt ${attempt}` : "Waiting for its turn";
  return [
    stage && stage.charAt(0).toUpperCase() + stage.slice(1),
    percent !== undefined && `${Math.floor(percent)} %`,
    speed ? `${speed.toFixed(1)}×` : false,
    remaining !== undefined && remaining > 0 && `${roughly(remaining)} left`,
  ].filter(Boolean).join(" · ") || "Working";
}
