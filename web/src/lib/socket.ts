/**
 * The one websocket of a tab. Hides reconnecting, resuming and counting who listens: a topic is
 * subscribed on the server as long as somebody here listens to it, and after a lost connection it goes
 * on from the last revision seen. A connection that has gone quiet is asked whether it still stands.
 */
import type { EventRecord } from "../gen/api";
import { parse } from "./format";

export type Connection = "connecting" | "live" | "down";

/** What a listener is told about its topic. */
export type News =
  | { type: "value"; rev: number; value: unknown }
  | { type: "event"; seq: number; event: EventRecord }
  | { type: "gap" }
  | { type: "error"; code: string; message: string };

type Listener = (news: News) => void;

type Incoming =
  | { type: "SNAPSHOT" | "UPDATE"; topic: string; rev: number; position?: string; value: unknown }
  | { type: "EVENT"; topic: string; seq: number; event: EventRecord }
  | { type: "GAP"; topic: string }
  | { type: "ERROR"; code: string; message: string; ref?: string; topic?: string }
  | { type: "PONG"; topic?: undefined };

interface Topic {
  listeners: Set<Listener>;
  since?: number;
  value?: Version;
  /** How often the server has said that there is no such document. */
  missed: number;
}

/** One version of a document; `position` is the newest fact in it. */
interface Version {
  position?: string;
  value: unknown;
}

/** What happens on a connection. */
export interface WireEvents {
  open: () => void;
  message: (data: string) => void;
  close: (code: number) => void;
}

/** The part of a WebSocket that is used, so that tests can stand in for the network. */
export interface Wire {
  send(data: string): void;
  close(): void;
}

export interface SocketOptions {
  dial: (events: WireEvents) => Wire;
  /** Runs `task` after `delay` milliseconds, and returns how to call it off. */
  later?: (task: () => void, delay: number) => () => void;
  random?: () => number;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;
/** After this many milliseconds without a word the server is asked whether it is there. */
const QUIET = 20_000;
/** For this many milliseconds it may think about that. */
const ANSWER = 10_000;
/** After this many milliseconds a document that was not there is asked for again; then ever later. */
const ABSENT = 2_000;
const UNAUTHENTICATED = 4401;
/** The code of a connection that ended without saying so. */
const ABNORMAL = 1006;
/** After this many attempts in a row that failed, the connection counts as down. */
const PATIENCE = 2;

/** How long to wait before attempt `attempt` (from 0), in milliseconds: doubling, capped, with jitter. */
export function backOff(attempt: number, random: number): number {
  const full = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt);
  return full / 2 + (full / 2) * random;
}

export class Socket {
  private wire: Wire | undefined;
  private readonly topics = new Map<string, Topic>();
  private readonly watchers = new Set<() => void>();
  private failures = 0;
  private stopped = true;
  private open = false;
  /** Calls off what is due next: another attempt while there is no connection, a look at it while there is. */
  private cancelDue: () => void = () => {};
  private readonly later: NonNullable<SocketOptions["later"]>;
  private readonly random: () => number;
  private readonly dial: (events: WireEvents) => Wire;

  connection: Connection = "connecting";

  constructor({ dial, later = browserLater, random = Math.random }: SocketOptions) {
    this.dial = dial;
    this.later = later;
    this.random = random;
  }

  /** Connects, and stays connected until {@link stop}. */
  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.failures = 0;
    this.connect();
  }

  /** Hangs up, for instance on signing out. Listeners stay, for the next {@link start}. */
  stop(): void {
    this.stopped = true;
    this.cancelDue();
    this.hangUp();
    for (const topic of this.topics.values()) topic.since = topic.value = undefined;
    this.become("connecting");
  }

  /** Looks at the connection at once, for instance when the machine wakes up, and tries again without one. */
  retryNow(): void {
    if (this.stopped) return;
    if (this.open) return this.ping();
    this.cancelDue();
    this.hangUp();
    this.connect();
  }

  /**
   * Takes the connection for lost, because the machine has left its network: a websocket would say so only
   * minutes later. A server on this very machine is found again by trying.
   */
  offline(): void {
    if (this.stopped) return;
    this.cancelDue();
    this.hangUp();
    this.failures = Math.max(this.failures, PATIENCE);
    this.lost(ABNORMAL);
  }

  /**
   * Listens to a topic. With `since` (a revision or sequence already known) only what is newer comes.
   * Returns how to stop listening.
   */
  subscribe(name: string, listener: Listener, since?: number): () => void {
    const topic = this.topics.get(name) ?? { listeners: new Set<Listener>(), since, missed: 0 };
    const first = topic.listeners.size === 0;
    topic.listeners.add(listener);
    this.topics.set(name, topic);
    if (first) this.ask(name, topic);
    return () => {
      if (!topic.listeners.delete(listener) || topic.listeners.size > 0) return;
      this.topics.delete(name);
      this.say({ type: "UNSUBSCRIBE", topic: name });
    };
  }

  /** The newest value of a document topic that somebody listens to. */
  value(name: string): Version | undefined {
    return this.topics.get(name)?.value;
  }

  /** Tells `watcher` when {@link connection} changes. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private connect(): void {
    const wire = this.dial({
      open: () => this.wire === wire && this.opened(),
      message: (data) => {
        if (this.wire !== wire) return;
        this.listen();
        this.receive(parse<Incoming>(data));
      },
      close: (code) => this.wire === wire && this.lost(code),
    });
    this.wire = wire;
  }

  private opened(): void {
    this.open = true;
    this.failures = 0;
    this.listen();
    this.become("live");
    for (const [name, topic] of this.topics) this.ask(name, topic);
  }

  private lost(code: number): void {
    this.cancelDue();
    this.wire = undefined;
    this.open = false;
    if (code === UNAUTHENTICATED) {
      this.stopped = true;
      return this.become("down");
    }
    const attempt = this.failures++;
    this.become(attempt >= PATIENCE ? "down" : "connecting");
    this.cancelDue = this.later(() => this.connect(), backOff(attempt, this.random()));
  }

  /** Waits for the next word of the server. */
  private listen(): void {
    this.cancelDue();
    this.cancelDue = this.later(() => this.ping(), QUIET);
  }

  /** Asks the server for a word, and gives the connection up when none comes. */
  private ping(): void {
    this.cancelDue();
    this.say({ type: "PING" });
    this.cancelDue = this.later(() => {
      this.hangUp();
      this.lost(ABNORMAL);
    }, ANSWER);
  }

  /** Closes the connection; what it still says is not heard any more. */
  private hangUp(): void {
    const wire = this.wire;
    this.wire = undefined;
    this.open = false;
    wire?.close();
  }

  private receive(message: Incoming): void {
    const topic = message.topic === undefined ? undefined : this.topics.get(message.topic);
    if (!topic) return;
    switch (message.type) {
      case "SNAPSHOT":
      case "UPDATE":
        if (message.type === "UPDATE" && topic.since !== undefined && message.rev <= topic.since) return;
        topic.since = message.rev;
        topic.value = { position: message.position, value: message.value };
        return this.tell(topic, { type: "value", rev: message.rev, value: message.value });
      case "EVENT":
        if (topic.since !== undefined && message.seq <= topic.since) return;
        topic.since = message.seq;
        return this.tell(topic, { type: "event", seq: message.seq, event: message.event });
      case "GAP":
        topic.since = undefined;
        this.tell(topic, { type: "gap" });
        return this.ask(message.topic, topic);
      case "ERROR":
        if (message.code === "not_found") this.askLater(message.topic!, topic);
        return this.tell(topic, { type: "error", code: message.code, message: message.message });
    }
  }

  private tell(topic: Topic, news: News): void {
    for (const listener of [...topic.listeners]) listener(news);
  }

  private ask(name: string, topic: Topic): void {
    this.say({ type: "SUBSCRIBE", topic: name, since: topic.since });
  }

  /** Asks again for a document that may appear later, as long as somebody listens on this connection. */
  private askLater(name: string, topic: Topic): void {
    const { wire } = this;
    this.later(() => {
      if (this.wire === wire && this.topics.get(name) === topic) this.ask(name, topic);
    }, Math.min(LONGEST_DELAY, ABSENT * 2 ** topic.missed++));
  }

  private say(message: object): void {
    if (this.open) this.wire?.send(JSON.stringify(message));
  }

  private become(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    for (const watcher of this.watchers) watcher();
  }
}

function browserLater(task: () => void, delay: number): () => void {
  const timer = setTimeout(task, delay);
  return () => clearTimeout(timer);
}
