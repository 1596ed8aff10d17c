import { beforeEach, expect, test, vi } from "vitest";
import type { Feed, Listener } from "./hls";
import { Playback, type Playable } from "./playback";

/** What was opened, in order, with how to say what its playlist says. */
const opened: { url: string; at: number; hear: Listener; feed: Feed }[] = [];

vi.mock("./hls", () => ({
  open: async (_: unknown, url: string, at: number, hear: Listener) => {
    const feed = { setSize: vi.fn(), setTrack: vi.fn(), retry: vi.fn(), close: vi.fn() };
    opened.push({ url, at, hear, feed });
    return feed;
  },
}));

/** As much of a video element as the player looks at. */
class Video extends EventTarget {
  currentTime = 0;
  paused = true;
  ended = false;
  volume = 1;
  muted = false;
  playbackRate = 1;
  defaultPlaybackRate = 1;
  readyState = 0;
  videoWidth = 0;
  buffered = { length: 0 };

  async play() {
    this.paused = false;
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }

  tell(name: string) {
    this.dispatchEvent(new Event(name));
  }
}

function clip(id: string, offset: number, duration: number): Playable {
  return { id, name: id, offset, duration, url: `/media/${id}`, hasVideo: true };
}

const first = clip("first", 0, 40);
const second = clip("second", 60, 12);
const one = { url: "/media/first", revision: "1", clips: [first] };
const both = { url: "/media/streams/s", revision: "2", clips: [first, second] };
const segments = (id: string, start: number, duration: number) => ({ url: `/x/clips/${id}/cmaf/v/t/0.m4s`, start, duration });

let video: Video;
let playback: Playback;

beforeEach(() => {
  opened.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("cancelAnimationFrame", () => {});
  vi.stubGlobal("addEventListener", () => {});
  video = new Video();
  playback = new Playback();
  playback.attach(video as unknown as HTMLVideoElement);
  return () => vi.useRealTimers();
});

/** Lets what was opened arrive in the element. */
async function arrive() {
  await vi.advanceTimersByTimeAsync(0);
  video.tell("canplay");
}

test("it begins where it is told, on the clock of the stream", async () => {
  playback.show(both, 65);
  expect(opened[0]).toMatchObject({ url: both.url, at: 45 });
  opened[0]!.hear.segments([segments("first", 0, 40.5), segments("second", 40.5, 12)], false);
  await arrive();
  expect(video.currentTime).toBeCloseTo(45.5);
  expect(playback.time).toBeCloseTo(65);
  expect(playback.state.clip?.id).toBe("second");
});

test("what is wanted before it is open holds when it is", async () => {
  playback.show(both, 0);
  playback.seek(10);
  playback.seek(66);
  await arrive();
  expect(video.currentTime).toBeCloseTo(46);
});

test("more to play is opened when one pauses, at the same time, and never while one watches", async () => {
  playback.show(one, 0);
  await arrive();
  playback.toggle();
  video.currentTime = 7;
  video.tell("timeupdate");
  playback.show(both, 0);
  expect(opened).toHaveLength(1);
  video.pause();
  expect(opened).toHaveLength(2);
  expect(opened[0]!.feed.close).toHaveBeenCalled();
  expect(opened[1]).toMatchObject({ url: both.url, at: 7 });
  expect(video.paused).toBe(true);
});

test("another quality is the occasion to open what has come, and playing goes on", async () => {
  playback.show(one, 0);
  await arrive();
  playback.toggle();
  video.currentTime = 5;
  video.tell("timeupdate");
  playback.show({ ...one, revision: "more" }, 0);
  playback.setSize(240);
  expect(opened).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(0);
  opened[1]!.hear.sizes([{ side: 480, rate: 30 }, { side: 240, rate: 30 }]);
  expect(opened[1]!.feed.setSize).toHaveBeenCalledWith(240);
  expect(video.paused).toBe(false);
  expect(playback.state).toMatchObject({ size: 240, playing: true });
});

test("at the end it goes on with what has come in the meantime", async () => {
  playback.show(one, 0);
  await arrive();
  playback.toggle();
  video.currentTime = 40;
  video.tell("timeupdate");
  playback.show(both, 0);
  video.tell("ended");
  expect(opened[1]).toMatchObject({ url: both.url });
  await arrive();
  expect(playback.time).toBeCloseTo(60, 1);
  expect(video.paused).toBe(false);
});

test("at the end of all it has ended, and begins anew when it is played again", async () => {
  playback.show(one, 0);
  await arrive();
  playback.toggle();
  video.paused = true;
  video.currentTime = 40;
  video.tell("ended");
  expect(playback.state).toMatchObject({ ended: true, playing: false });
  playback.toggle();
  expect(video.currentTime).toBe(0);
  expect(playback.state.ended).toBe(false);
});

test("a clip that is no part of the whole plays by itself, and a time outside it leads back", async () => {
  const talk = { ...clip("talk", 100, 30), hasVideo: false };
  playback.show({ ...both, clips: [first, second, talk] }, 0);
  await vi.advanceTimersByTimeAsync(0);
  opened[0]!.hear.segments([segments("first", 0, 40), segments("second", 40, 12)], false);
  await arrive();
  playback.choose(talk);
  expect(opened[1]).toMatchObject({ url: talk.url });
  await arrive();
  expect(playback.time).toBe(100);
  playback.seek(110);
  expect(opened).toHaveLength(2);
  playback.seek(20);
  expect(opened[2]).toMatchObject({ url: both.url, at: 20 });
});

test("what is out of reach is tried again by itself, ever more slowly; what is gone is not", async () => {
  playback.show(one, 0);
  await vi.advanceTimersByTimeAsync(0);
  const { hear, feed } = opened[0]!;
  hear.fault("lost", false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(feed.retry).not.toHaveBeenCalled();
  hear.fault("lost", true);
  await vi.advanceTimersByTimeAsync(1_000);
  hear.fault("lost", true);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(feed.retry).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(feed.retry).toHaveBeenCalledTimes(2);
  hear.loaded();
  expect(playback.state.fault).toBeUndefined();
  hear.fault("gone", true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(feed.retry).toHaveBeenCalledTimes(2);
  expect(playback.state.fault).toBe("gone");
});

test("pictures are stepped by the rate of the size that is shown", async () => {
  playback.show(one, 2);
  await arrive();
  opened[0]!.hear.sizes([{ side: 720, rate: 60 }]);
  opened[0]!.hear.size(720);
  playback.step(1);
  expect(video.currentTime).toBeCloseTo(2 + 1.5 / 60);
  playback.step(-1);
  expect(video.currentTime).toBeCloseTo(2 + 0.5 / 60);
});
