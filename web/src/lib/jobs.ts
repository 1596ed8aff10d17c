/** The live list of work, which several pages look at. */
import type { Job, Reactor } from "../gen/api";
import { api, type Page } from "./api";
import { useDocument } from "./live";
import { roughly } from "./time";

/** The value of the topic `jobs`. */
export interface Board {
  /** The jobs that run or wait and those that ended last, newest first. */
  items: Job[];
  /** There are more than these. */
  cut: boolean;
  reactors: Reactor[];
  /** How much could not be handled, and nobody has seen to. */
  openLetters: number;
}

/** All work as it is now, pushed as it changes. */
export function useJobs() {
  return useDocument<Board>("jobs", async (signal) => {
    const [jobs, reactors] = await Promise.all([
      api.get<Page<Job>>("/api/jobs", { query: { limit: 200 }, signal }),
      api.get<Page<Reactor>>("/api/reactors", { signal }),
    ]);
    return { items: jobs.items, cut: Boolean(jobs.next), reactors: reactors.items, openLetters: reactors.items.reduce((sum, reactor) => sum + reactor.openLetters, 0) };
  });
}

/** The jobs that work on one thing, newest first. */
export function jobsOf(jobs: Job[] | undefined, aggregateId: string): Job[] {
  return (jobs ?? []).filter((job) => job.aggregateId === aggregateId);
}

/** The job of the list that says most about how far things are: running before waiting, newest first. */
export function leading(jobs: Job[]): Job | undefined {
  return jobs.find((job) => job.state === "running") ?? jobs.find((job) => job.state === "waiting");
}

/** Progress in words: `Packaging · 42 % · 3.1× · 2 min left`. */
export function progress(job: Job): string {
  if (job.state === "waiting") return job.attempt > 1 ? `Waiting for attempt ${job.attempt}` : "Waiting for its turn";
  return [
    job.stage && job.stage.charAt(0).toUpperCase() + job.stage.slice(1),
    job.percent !== undefined && `${Math.floor(job.percent)} %`,
    job.speed ? `${job.speed.toFixed(1)}×` : false,
    job.remaining !== undefined && job.remaining > 0 && `${roughly(job.remaining)} left`,
  ].filter(Boolean).join(" · ") || "Working";
}
