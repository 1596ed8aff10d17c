/** Takes a real part of the installation away for a while. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { required } from "./machine";

/** Stops PostgreSQL where it stands, so that it answers nobody; answers how to let it go on. */
export function freezeDatabase(): () => void {
  const [first] = readFileSync(join(required("AFTERGLOW_DATA"), "postgres/data/postmaster.pid"), "utf8").split("\n");
  const server = Number(first);
  process.kill(server, "SIGSTOP"); // from here on it has no further children
  const children = childrenOf(server);
  for (const pid of children) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of [server, ...children]) process.kill(pid, "SIGCONT");
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc").map(Number).filter((pid) => pid > 0 && parentOf(pid) === parent);
}

/** The parent of a process; undefined when it has ended. */
function parentOf(pid: number): number | undefined {
  try {
    const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ", 2);
    return Number(fields.split(" ")[1]);
  } catch {
    return undefined;
  }
}
