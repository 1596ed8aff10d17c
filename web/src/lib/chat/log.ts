/** The messages of a chat while one looks at it: in order, each once, as they stand after what was taken away. */
import type { EventRecord } from "../../gen/api";
import { messageOf, told, type Message } from "./message";

/** As many messages stay; a few more may come before the oldest go. */
const KEPT = 10_000;
const SLACK = 1_000;
/** As many while somebody reads what was written earlier. */
const KEPT_HELD = 30_000;
/** As many removals are remembered, for messages that come after what takes them away. */
const REMEMBERED = 1_000;

interface Removal {
  at: string;
  by: "message" | "user" | "all";
  message?: string;
  person?: string;
}

export interface ChatView {
  messages: Message[];
  /** How many have ever come, so that new ones can be counted. */
  count: number;
}

export class ChatLog {
  private view: ChatView = { messages: [], count: 0 };
  private ids = new Set<string>();
  private removals: Removal[] = [];
  private readonly watchers = new Set<() => void>();
  private held = false;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  current = (): ChatView => this.view;

  /** Keeps what is there for longer, while somebody reads further up. */
  hold(held: boolean): void {
    this.held = held;
  }

  /** Puts in what was read from the history; what came in the meantime stays. */
  begin(history: Message[]): void {
    const newer = new Map(history.map((message) => [message.id, message]));
    const messages = [...this.view.messages.filter(({ id }) => !newer.has(id)), ...history].sort((a, b) => a.seq - b.seq);
    this.ids = new Set(messages.map(({ id }) => id));
    this.show(messages, this.view.count);
  }

  /** Does what some events of the feed tell. */
  apply(records: EventRecord[]): void {
    let messages = this.view.messages;
    const added: Message[] = [];
    const remove = (removal: Removal) => {
      messages = without(messages, removal);
      added.splice(0, added.length, ...without(added, removal));
      this.removals = [...this.removals.slice(1 - REMEMBERED), removal];
    };
    for (const record of records) {
      const at = record.time;
      const sent = told(record, "channel.message_sent");
      const deleted = told(record, "channel.message_deleted");
      const cleared = told(record, "channel.user_cleared");
      if (sent && !sent.imported && !this.ids.has(sent.message)) {
        this.ids.add(sent.message);
        added.push(this.removals.reduce((message, removal) => taken(message, removal), messageOf(record, sent)));
      }
      if (deleted) remove({ at, by: "message", message: deleted.message });
      if (cleared) remove({ at, by: "user", person: cleared.person.id });
      if (told(record, "channel.chat_cleared")) remove({ at, by: "all" });
    }
    if (added.length === 0 && messages === this.view.messages) return;
    this.show([...messages, ...added], this.view.count + added.length);
  }

  private show(messages: Message[], count: number): void {
    const most = this.held ? KEPT_HELD : KEPT;
    if (messages.length > most + SLACK) {
      for (const { id } of messages.splice(0, messages.length - most)) this.ids.delete(id);
    }
    this.view = { messages, count };
    for (const watcher of this.watchers) watcher();
  }
}

/** The messages after a removal; the same list when it takes none of them. */
function without(messages: Message[], removal: Removal): Message[] {
  const next = messages.map((message) => taken(message, removal));
  return next.some((message, i) => message !== messages[i]) ? next : messages;
}

/** The message after a removal; itself when that is not about it. */
function taken(message: Message, { at, by, message: id, person }: Removal): Message {
  if (message.deletedAt) return message;
  const meant = by === "message" ? message.id === id : Date.parse(message.sentAt) <= Date.parse(at) && (by === "all" || (person !== undefined && message.user.id === person));
  return meant ? { ...message, deletedAt: at, deletedBy: by } : message;
}
