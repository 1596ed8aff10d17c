/** Messages of a chat as pages show them, and what the events of its feed make of them. */
import type { EventRecord, Message } from "../../gen/api";
import type { Events, MessageSent } from "../../gen/events";

export type { Message } from "../../gen/api";

type Named<K extends keyof Events> = { event: K; data: Events[K] };

/** An event with its data as its name says; undefined when it is another one. */
export function told<K extends keyof Events>(record: EventRecord, name: K): Named<K>["data"] | undefined {
  return record.event === name ? (record.data as Events[K]) : undefined;
}

/** The message that an event on the log tells of. */
export function messageOf(record: EventRecord, sent: MessageSent): Message {
  const { message, channel, person: { id = "", login = "", name = "" }, color, badges = [], text, fragments = [], bits, reply, kind = "text", shared, reward } = sent;
  return {
    id: message, channel, seq: record.seq, sentAt: record.time, user: { id, login, name, color }, badges, text, fragments, bits, reply, kind, source: shared, reward,
  };
}

/** What to call who wrote it. */
export function nameOf(person: { name?: string; login?: string } | undefined): string {
  return person?.name || person?.login || "Somebody";
}
