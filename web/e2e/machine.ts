/** What the end-to-end tests need around them; they fail at once, and by name, where it is missing. */
import { existsSync } from "node:fs";

export const CHROMIUM = process.env.AFTERGLOW_CHROMIUM ?? "/usr/bin/chromium";

/** The value of a required environment variable. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. See the head of e2e/machine.ts for what the end-to-end tests need.`);
  return value;
}

/*
 * AFTERGLOW_URL             a running server, for instance http://127.0.0.1:8080
 * AFTERGLOW_OWNER_EMAIL     its owner
 * AFTERGLOW_OWNER_PASSWORD
 * AFTERGLOW_SAMPLE          a small recording with picture and sound, at least 5 s long
 * AFTERGLOW_FIRST           a recording of 40 s at 30 pictures a second, each of which shows its number as bars, with
 *                           two audio tracks
 * AFTERGLOW_SECOND          another such recording, of 12 s and with one audio track
 * AFTERGLOW_DATA            the folder in which its PostgreSQL is, in the folder postgres
 * AFTERGLOW_LETTER          the reason of a dead letter that is open
 * AFTERGLOW_TWITCH          the address of what stands in for Twitch, which the server is connected with by its client id
 * AFTERGLOW_CHROMIUM        the browser, /usr/bin/chromium unless set
 */
export default async function check(): Promise<void> {
  const url = required("AFTERGLOW_URL");
  required("AFTERGLOW_OWNER_EMAIL");
  required("AFTERGLOW_OWNER_PASSWORD");
  const sample = required("AFTERGLOW_SAMPLE");
  if (!existsSync(sample)) throw new Error(`AFTERGLOW_SAMPLE names no file: ${sample}`);
  if (!existsSync(CHROMIUM)) throw new Error(`Chromium is missing: no ${CHROMIUM}. Install it, or set AFTERGLOW_CHROMIUM.`);
  await fetch(new URL("/api/setup", url)).catch((error: unknown) => {
    throw new Error(`Afterglow does not answer at ${url}`, { cause: error });
  });
}
