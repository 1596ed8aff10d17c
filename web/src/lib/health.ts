/** Whether what stands behind the pages is there, in words for people who only want to stream. */
import type { Connection } from "./socket";

/** One part of the installation, as the server tells it. */
export interface Part {
  name: string;
  ok: boolean;
  /** Reason is why it is not well. */
  reason?: string;
  /** Lag is roughly how many events it is behind. */
  lag: number;
  /** Parked is how many things it goes on without, because an event could not be folded. */
  parked?: number;
}

/** The value of the topic `health`. */
export interface Health {
  ok: boolean;
  parts: Part[];
}

/** What is wrong, as a sentence, and what that means for who reads it. */
export interface Trouble {
  title: string;
  text: string;
  /** It mends itself or was mended often: no reason to stop. */
  mild: boolean;
}

/** What the parts that are no service are called, and what is missing without them. */
const PARTS: Record<string, { title: string; text: string }> = {
  log: { title: "The log is away", text: "What you see is what was last known, and nothing can be changed until it is back." },
  database: { title: "The database is away", text: "Pages cannot be read and nothing can be changed until it is back." },
  objects: { title: "The object store is away", text: "Recordings cannot be played or added until it is back." },
};

/** What is wrong now; undefined while all is well. */
export function trouble(connection: Connection, health: Health | undefined): Trouble | undefined {
  if (connection === "down") {
    return { title: "No connection to Afterglow", text: "What you see is what was last known. Trying again until it answers.", mild: false };
  }
  const away = health?.parts.filter((part) => !part.ok) ?? [];
  for (const [name, words] of Object.entries(PARTS)) {
    if (away.some((part) => part.name === name)) return { ...words, mild: false };
  }
  const names = away.map((part) => part.name);
  if (names.length === 0) return undefined;
  const title = names.length === 1 ? `The service “${names[0]}” is not well` : `${names.length} services are not well: ${names.join(", ")}`;
  return { title, text: "The rest works on. What it does waits until it is back; nothing is lost.", mild: true };
}

/** How many things all parts together go on without. */
export function setAside({ parts }: Health): number {
  return parts.reduce((sum, { parked = 0 }) => sum + parked, 0);
}
