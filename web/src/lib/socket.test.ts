import { expect, test } from "vitest";
import { backOff, Socket, type News, type WireEvents } from "./socket";

/** A socket whose network and clock the test holds in its hands. */
function rig() {
  const wires: { events: WireEvents; sent: unknown[]; closed: boolean }[] = [];
  let due: { task: () => void; delay: number } | undefined;
  const socket = new Socket({
    dial: (events) => {
      const wire = { events, sent: [] as unknown[], closed: false };
      wires.push(wire);
      return { send: (data) => wire.sent.push(JSON.parse(data)), close: () => (wire.closed = true) };
    },
    later: (task, delay) => {
      const entry = { task, delay };
      due = entry;
      return () => {
        if (due === entry) due = undefined;
      };
    },
    random: () => 1,
  });
  return {
    socket,
    wires,
    get wire() {
      return wires.at(-1)!;
    },
    say: (message: object) => wires.at(-1)!.events.message(JSON.stringify(message)),
    wait: () => {
      const { task, delay } = due!;
      due = undefined;
      task();
      return delay;
    },
    get waiting() {
      return due !== undefined;
    },
  };
}

const event = (seq: number) => ({ type: "EVENT", topic: "events/facts", seq, event: { seq } });

test("topics are asked for once the connection stands, and told only once however many listen", () => {
  const { socket, wires } = rig();
  const stop = socket.subscribe("jobs", () => {});
  socket.start();
  expect(wires[0]!.sent).toEqual([]);
  wires[0]!.events.open();
  expect(socket.connection).toBe("live");
  const stopOther = socket.subscribe("jobs", () => {});
  expect(wires[0]!.sent).toEqual([{ type: "SUBSCRIBE", topic: "jobs" }]);
  stop();
  stop();
  expect(wires[0]!.sent).toHaveLength(1);
  stopOther();
  expect(wires[0]!.sent[1]).toEqual({ type: "UNSUBSCRIBE", topic: "jobs" });
});

test("after a lost connection every topic goes on from what it has seen", () => {
  const { socket, wires, say, wait } = rig();
  const heard: News[] = [];
  socket.subscribe("stream/1", (news) => heard.push(news));
  socket.subscribe("events/facts", (news) => heard.push(news), 40);
  socket.start();
  wires[0]!.events.open();
  say({ type: "SNAPSHOT", topic: "stream/1", rev: 7, value: "a" });
  say({ type: "UPDATE", topic: "stream/1", rev: 9, position: "FACTS/4", value: "b" });
  say(event(41));
  wires[0]!.events.close(1006);
  expect(socket.connection).toBe("connecting");
  wait();
  wires[1]!.events.open();
  expect(wires[1]!.sent).toEqual([
    { type: "SUBSCRIBE", topic: "stream/1", since: 9 },
    { type: "SUBSCRIBE", topic: "events/facts", since: 41 },
  ]);
  expect(socket.value("stream/1")).toEqual({ position: "FACTS/4", value: "b" });
  expect(heard).toHaveLength(3);
});

test("an event comes once, and an older document changes nothing", () => {
  const { socket, wires, say } = rig();
  const heard: News[] = [];
  socket.subscribe("events/facts", (news) => heard.push(news));
  socket.subscribe("jobs", (news) => heard.push(news));
  socket.start();
  wires[0]!.events.open();
  for (const seq of [5, 6, 6, 5, 7]) say(event(seq));
  say({ type: "UPDATE", topic: "jobs", rev: 9, value: 1 });
  say({ type: "UPDATE", topic: "jobs", rev: 10, value: 2 });
  say({ type: "UPDATE", topic: "jobs", rev: 8, value: 0 });
  expect(heard.map((news) => (news.type === "event" ? news.seq : news.type === "value" && news.value))).toEqual([5, 6, 7, 1, 2]);
});

test("a gap is told, and the topic asked for anew from its start", () => {
  const { socket, wires, say } = rig();
  const heard: News[] = [];
  socket.subscribe("stream/1", (news) => heard.push(news));
  socket.start();
  wires[0]!.events.open();
  say({ type: "SNAPSHOT", topic: "stream/1", rev: 7, value: "a" });
  say({ type: "GAP", topic: "stream/1" });
  expect(wires[0]!.sent.at(-1)).toEqual({ type: "SUBSCRIBE", topic: "stream/1" });
  say({ type: "SNAPSHOT", topic: "stream/1", rev: 3, value: "restored" });
  expect(heard.map((news) => news.type)).toEqual(["value", "gap", "value"]);
});

test("a refusal reaches the topic it is about", () => {
  const { socket, wires, say } = rig();
  const heard: News[] = [];
  socket.subscribe("stream/1", (news) => heard.push(news));
  socket.start();
  wires[0]!.events.open();
  say({ type: "ERROR", code: "not_found", message: "no stream 1", topic: "stream/1" });
  say({ type: "ERROR", code: "invalid", message: "about nothing" });
  expect(heard).toEqual([{ type: "error", code: "not_found", message: "no stream 1" }]);
});

test("a document that is not there is asked for again, ever more rarely, as long as somebody listens", () => {
  const { socket, wires, say, wait } = rig();
  const heard: News[] = [];
  const stop = socket.subscribe("stream/1", (news) => heard.push(news));
  socket.start();
  wires[0]!.events.open();
  const refuse = () => say({ type: "ERROR", code: "not_found", message: "no stream 1", topic: "stream/1" });
  const delays = Array.from({ length: 5 }, () => {
    refuse();
    return wait();
  });
  expect(delays).toEqual([2000, 4000, 8000, 10_000, 10_000]);
  expect(wires[0]!.sent).toEqual(Array.from({ length: 6 }, () => ({ type: "SUBSCRIBE", topic: "stream/1" })));
  say({ type: "SNAPSHOT", topic: "stream/1", rev: 1, value: "a" });
  expect(heard.at(-1)).toEqual({ type: "value", rev: 1, value: "a" });
  refuse();
  stop();
  wait();
  expect(wires[0]!.sent.slice(6)).toEqual([{ type: "UNSUBSCRIBE", topic: "stream/1" }]);
});

test("any other refusal is final", () => {
  const { socket, wires, say, wait } = rig();
  socket.subscribe("events/facts", () => {});
  socket.start();
  wires[0]!.events.open();
  say({ type: "ERROR", code: "forbidden", message: "not for you", topic: "events/facts" });
  expect(wait()).toBe(20_000);
  expect(wires[0]!.sent).toEqual([{ type: "SUBSCRIBE", topic: "events/facts" }, { type: "PING" }]);
});

test("attempts get rarer, count as down after a while, and start over once it stands", () => {
  const { socket, wires, wait } = rig();
  const states: string[] = [];
  socket.watch(() => states.push(socket.connection));
  socket.start();
  const delays = Array.from({ length: 7 }, () => {
    wires.at(-1)!.events.close(1006);
    return wait();
  });
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  expect(states).toEqual(["down"]);
  wires.at(-1)!.events.open();
  wires.at(-1)!.events.close(1012);
  expect(wait()).toBe(500);
  expect(states).toEqual(["down", "live", "connecting"]);
});

test("jitter takes away up to half of a delay", () => {
  expect(backOff(0, 0)).toBe(250);
  expect(backOff(0, 1)).toBe(500);
  expect(backOff(50, 0)).toBe(5000);
});

test("coming back online does not wait, and a stopped socket stays stopped", () => {
  const rigged = rig();
  rigged.socket.start();
  rigged.wire.events.close(1006);
  rigged.socket.retryNow();
  expect(rigged.wires).toHaveLength(2);
  expect(rigged.waiting).toBe(false);
  rigged.socket.stop();
  expect(rigged.wire.closed).toBe(true);
  rigged.socket.retryNow();
  expect(rigged.wires).toHaveLength(2);
});

test("an ended session is not tried again", () => {
  const rigged = rig();
  rigged.socket.start();
  rigged.wire.events.open();
  rigged.wire.events.close(4401);
  expect(rigged.socket.connection).toBe("down");
  expect(rigged.waiting).toBe(false);
});

test("what a replaced connection still says is not heard", () => {
  const { socket, wires } = rig();
  const heard: News[] = [];
  socket.subscribe("jobs", (news) => heard.push(news));
  socket.start();
  socket.retryNow();
  wires[1]!.events.open();
  wires[0]!.events.message(JSON.stringify({ type: "SNAPSHOT", topic: "jobs", rev: 1, value: 1 }));
  wires[0]!.events.close(1006);
  expect(socket.connection).toBe("live");
  expect(heard).toEqual([]);
});

test("a machine that leaves the network is not live, and comes back by itself or when it is told", () => {
  const { socket, wires, wait } = rig();
  socket.start();
  wires[0]!.events.open();
  socket.offline();
  expect(socket.connection).toBe("down");
  expect(wires[0]!.closed).toBe(true);
  expect(wait()).toBe(2000);
  wires[1]!.events.open();
  expect(socket.connection).toBe("live");
  socket.offline();
  socket.retryNow();
  wires[2]!.events.open();
  expect(socket.connection).toBe("live");
  expect(wires).toHaveLength(3);
});

test("a quiet server is asked whether it is there, and any word of it will do", () => {
  const { socket, wires, say, wait } = rig();
  socket.subscribe("jobs", () => {});
  socket.start();
  wires[0]!.events.open();
  expect(wait()).toBe(20_000);
  expect(wires[0]!.sent.at(-1)).toEqual({ type: "PING" });
  say({ type: "PONG" });
  expect(wait()).toBe(20_000);
  say({ type: "UPDATE", topic: "jobs", rev: 1, value: 1 });
  expect(wait()).toBe(20_000);
  expect(socket.connection).toBe("live");
  expect(wires).toHaveLength(1);
});

test("a server that gives no answer is gone, and tried again", () => {
  const { socket, wires, wait } = rig();
  socket.start();
  wires[0]!.events.open();
  wait();
  expect(wait()).toBe(10_000);
  expect(wires[0]!.closed).toBe(true);
  expect(socket.connection).toBe("connecting");
  expect(wait()).toBe(500);
  wires[1]!.events.open();
  expect(socket.connection).toBe("live");
});

test("a machine that wakes up asks at once", () => {
  const { socket, wires, wait } = rig();
  socket.start();
  wires[0]!.events.open();
  socket.retryNow();
  expect(wires[0]!.sent).toEqual([{ type: "PING" }]);
  expect(wait()).toBe(10_000);
});
