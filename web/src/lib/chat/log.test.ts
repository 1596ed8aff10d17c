import { expect, test } from "vitest";
import type { EventRecord } from "../../gen/api";
import type { Events } from "../../gen/events";
import { ChatLog } from "./log";

let seq = 0;

function record<K extends keyof Events>(event: K, data: Events[K], time = "2026-01-31T20:00:00Z"): EventRecord {
  seq++;
  return { log: "CHAT", seq, subject: "", event, version: 1, id: `e${seq}`, aggregate: "channel", aggregateId: "c", time, data };
}

const sent = (message: string, person = "p", time?: string) => record("channel.message_sent", { channel: "c", message, person: { id: person }, text: message }, time);

test("messages come once, in their order, and count", () => {
  const log = new ChatLog();
  log.apply([sent("a"), sent("b")]);
  log.apply([sent("b"), sent("c")]);
  expect(log.current().messages.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(log.current().count).toBe(3);
});

test("a message that was deleted is marked, also when it comes after its deletion", () => {
  const log = new ChatLog();
  log.apply([sent("a"), record("channel.message_deleted", { channel: "c", message: "b", person: { id: "p" } }), sent("b")]);
  expect(log.current().messages.map(({ deletedBy }) => deletedBy)).toEqual([undefined, "message"]);
});

test("who is banned loses what was there by then, and nobody else does", () => {
  const log = new ChatLog();
  log.apply([sent("a", "bad"), sent("b", "good")]);
  log.apply([record("channel.user_cleared", { channel: "c", person: { id: "bad" } }, "2026-01-31T20:00:05Z"), sent("later", "bad", "2026-01-31T20:10:00Z")]);
  expect(log.current().messages.filter(({ deletedAt }) => deletedAt).map(({ id }) => id)).toEqual(["a"]);
  log.apply([record("channel.chat_cleared", { channel: "c" }, "2026-01-31T20:20:00Z")]);
  expect(log.current().messages.every(({ deletedAt }) => deletedAt)).toBe(true);
});

test("the history is put in front of what has come already, each once", () => {
  const log = new ChatLog();
  const [one, two] = [sent("one"), sent("two")];
  log.apply([two]);
  log.begin([one, two].map((told) => ({ id: (told.data as { message: string }).message, channel: "c", seq: told.seq, sentAt: told.time, user: { id: "p", login: "", name: "" }, badges: [], fragments: [], kind: "text", text: "" })));
  expect(log.current().messages.map(({ id }) => id)).toEqual(["one", "two"]);
});

test("the oldest go when there are too many, later when somebody reads them", () => {
  const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => sent(`m${from + i}`));
  const log = new ChatLog();
  log.hold(true);
  log.apply(many(0, 20_000));
  expect(log.current().messages).toHaveLength(20_000);
  log.hold(false);
  log.apply(many(20_000, 1));
  expect(log.current().messages).toHaveLength(10_000);
  expect(log.current().messages.at(-1)?.id).toBe("m20000");
});
