/**
 * Plays a stream: all its clips as one video on the stream's clock. Hides which playlist is open, when it is
 * opened again, and how playing goes on after the network was away.
 */
import { useSyncExternalStore } from "react";
import { open, type Fault, type Feed, type Size, type Track } from "./hls";
import { inARow, playedAt, spanAt, spansOf, toMedia, toStream, type Playable, type Segment, type Span } from "./timeline";

export type { Playable } from "./timeline";

/** What there is to play. */
export interface Source {
  url: string;
  /** Changes when the playlist tells of more than before: another size, another clip. */
  revision: string;
  /** In the order of the stream. */
  clips: Playable[];
}

export interface PlaybackState {
  /** The clip that plays. */
  clip?: Playable;
  /** What can be played by now. */
  spans: Span[];
  /** The playlist has no end yet. */
  growing: boolean;
  playing: boolean;
  waiting: boolean;
  ended: boolean;
  volume: number;
  muted: boolean;
  rate: number;
  sizes: Size[];
  /** There is no picture, as far as that is known. */
  soundOnly?: boolean;
  /** The chosen size, or zero for automatic. */
  size: number;
  /** The size that plays now. */
  shown?: number;
  tracks: Track[];
  track: number;
  fault?: Fault;
  /** The last picture, as long as the playlist is opened again. */
  still?: string;
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

const VOLUME = "afterglow.volume";
/** The longest wait in milliseconds before loading is tried again. */
const LONGEST = 10_000;
/** What is not further away than this, in seconds, is the same moment. */
const NEAR = 0.02;

export class Playback {
  private video: HTMLVideoElement | undefined;
  private feed: Feed | undefined;
  /** What is open, or is to be as soon as there is an element. */
  private source: Source | undefined;
  /** What to open at the next occasion that interrupts nobody. */
  private next: Source | undefined;
  /** What to go back to from a clip that is played by itself. */
  private whole: Source | undefined;
  /** What the open playlist holds; none before it is known. */
  private segments: Segment[] = [];
  /** Where to be as soon as it is open; until then, what the element says of its time is not yet true. */
  private target: number | undefined;
  private opening = new AbortController();
  private retrying: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private frame = 0;
  private readonly stateWatchers = new Set<() => void>();
  private readonly timeWatchers = new Set<() => void>();

  state: PlaybackState = {
    spans: [], growing: false, playing: false, waiting: false, ended: false, volume: 1, muted: false, rate: 1,
    sizes: [], size: 0, tracks: [], track: -1,
  };
  /** The stream time now. */
  time = 0;

  /** Takes over a video element; returns how to let go of it. */
  attach(video: HTMLVideoElement): () => void {
    this.video = video;
    const kept = Number(localStorage.getItem(VOLUME) ?? "1");
    video.volume = kept >= 0 && kept <= 1 ? kept : 1;
    video.playbackRate = video.defaultPlaybackRate = this.state.rate;
    const listeners: Record<string, () => void> = {
      play: () => {
        this.set({ playing: true, ended: false });
        this.tick();
      },
      pause: () => {
        this.set({ playing: false });
        if (!video.ended) this.renew();
      },
      waiting: () => this.set({ waiting: true }),
      playing: () => this.set({ waiting: false, fault: undefined }),
      canplay: () => this.arrive(),
      seeked: () => {
        this.set({ still: undefined });
        this.readTime();
      },
      timeupdate: () => this.readTime(),
      progress: () => this.announceTime(),
      volumechange: () => this.set({ volume: video.volume, muted: video.muted }),
      ratechange: () => this.set({ rate: video.playbackRate }),
      ended: () => this.finish(),
    };
    const online = () => {
      if (this.state.fault === "lost") this.retry();
    };
    for (const [name, listener] of Object.entries(listeners)) video.addEventListener(name, listener);
    addEventListener("online", online);
    this.set({ volume: video.volume, muted: video.muted });
    if (this.source) void this.load(this.source, this.time, false);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) video.removeEventListener(name, listener);
      removeEventListener("online", online);
      this.unload();
      this.video = undefined;
    };
  }

  /** Tells what there is to play. The first time, goes to `start`; later nothing that plays is interrupted. */
  show(source: Source, start: number): void {
    if (this.whole) {
      this.whole = source;
      return;
    }
    const was = this.source;
    if (was && (was.url !== source.url || was.revision !== source.revision)) {
      this.next = source;
      if (!this.state.playing) this.renew();
      return;
    }
    this.source = source;
    this.next = undefined;
    if (!was) this.time = start;
    this.layOut();
    if (!was && this.video) void this.load(source, start, false);
  }

  /** Goes to a stream time; to what is ready by now, where that is not ready yet. */
  seek(time: number): void {
    const span = spanAt(this.state.spans, time, this.state.clip?.id);
    const outside = span && (time < span.clip.offset || time > span.clip.offset + span.clip.duration);
    if (this.whole && outside) return void this.load(this.whole, time, this.state.playing);
    if (span) this.goTo(span, time);
  }

  /** Plays a clip from its start, even where it overlaps another or is no part of the whole. */
  choose(clip: Playable): void {
    const source = this.whole ?? this.next ?? this.source;
    const span = this.state.spans.find((candidate) => candidate.clip.id === clip.id);
    if (span) {
      this.goTo(span, clip.offset);
      this.play();
    } else if (this.next && (clip.hasVideo || !this.next.clips.some(({ hasVideo }) => hasVideo))) {
      void this.load(this.next, clip.offset, true);
    } else if (source && clip.url) {
      void this.load({ url: clip.url, revision: "", clips: [clip] }, clip.offset, true);
      this.whole = source;
    }
  }

  skip(seconds: number): void {
    this.seek(Math.min(Math.max(0, this.time + seconds), this.end));
  }

  /** Steps by single pictures; stops first. */
  step(pictures: number): void {
    const { clip, sizes, shown } = this.state;
    if (!clip) return;
    this.video?.pause();
    const rate = sizes.find(({ side }) => side === shown)?.rate || 30;
    // The middle of the picture: no rounding leads to its neighbour.
    const number = Math.floor((this.time - clip.offset) * rate + 0.001);
    this.seek(clip.offset + (Math.max(0, number + pictures) + 0.5) / rate);
  }

  /** Where the last clip ends. */
  get end(): number {
    const clips = (this.whole ?? this.source)?.clips ?? [];
    return Math.max(0, ...clips.map((clip) => clip.offset + clip.duration), ...this.state.spans.map(({ clip, duration }) => clip.offset + duration));
  }

  toggle(): void {
    if (!this.video) return;
    if (!this.video.paused) return this.video.pause();
    if (this.state.ended) this.startOver();
    this.play();
  }

  startOver(): void {
    const first = this.state.spans[0];
    if (first) this.goTo(first, first.clip.offset);
  }

  pause(): void {
    this.video?.pause();
  }

  setVolume(volume: number): void {
    if (!this.video) return;
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.video.muted = false;
    localStorage.setItem(VOLUME, String(this.video.volume));
  }

  toggleMute(): void {
    if (this.video) this.video.muted = !this.video.muted;
  }

  setRate(rate: number): void {
    if (this.video) this.video.defaultPlaybackRate = this.video.playbackRate = rate;
  }

  /** The next of {@link RATES}, up or down. */
  stepRate(by: 1 | -1): void {
    const next = by > 0 ? RATES.find((rate) => rate > this.state.rate) : RATES.findLast((rate) => rate < this.state.rate);
    if (next !== undefined) this.setRate(next);
  }

  setSize(side: number): void {
    this.set({ size: side });
    if (this.next) void this.load(this.next, this.time, this.state.playing);
    else this.feed?.setSize(side);
  }

  setTrack(index: number): void {
    this.feed?.setTrack(index);
  }

  /** Tries again after a fault; when that fails too, the waits begin anew. */
  retry(): void {
    this.attempt = 0;
    this.again();
  }

  private again(): void {
    const { fault, playing } = this.state;
    clearTimeout(this.retrying);
    if (fault === "lost" && this.feed) return this.feed.retry();
    const source = this.next ?? this.source;
    if (source) void this.load(source, this.time, playing);
  }

  /** What has been loaded, as spans of stream time. */
  buffered(): { start: number; end: number }[] {
    const ranges = this.video?.buffered;
    return Array.from({ length: ranges?.length ?? 0 }, (_, i) => [ranges!.start(i), ranges!.end(i)] as const).flatMap(([from, to]) =>
      this.state.spans
        .map(({ clip, start, duration }) => ({
          start: clip.offset + Math.max(from, start) - start,
          end: clip.offset + Math.min(to, start + duration) - start,
        }))
        .filter(({ start, end }) => end > start),
    );
  }

  watchState = (watcher: () => void): (() => void) => {
    this.stateWatchers.add(watcher);
    return () => this.stateWatchers.delete(watcher);
  };

  watchTime = (watcher: () => void): (() => void) => {
    this.timeWatchers.add(watcher);
    return () => this.timeWatchers.delete(watcher);
  };

  private goTo(span: Span, time: number): void {
    const media = toMedia(span, time);
    this.time = span.clip.offset + media - span.start;
    this.set({ ended: false, clip: span.clip });
    if (this.video && this.target === undefined) this.video.currentTime = media;
    else this.target = this.time;
    this.announceTime();
  }

  private async load(source: Source, time: number, play: boolean): Promise<void> {
    const { video } = this;
    if (!video) return;
    this.unload();
    this.opening = new AbortController();
    const { signal } = this.opening;
    this.source = source;
    this.next = this.whole = undefined;
    this.segments = [];
    this.target = time;
    this.layOut();
    const span = spanAt(this.state.spans, time, this.state.clip?.id);
    this.set({ clip: span?.clip, playing: play, fault: undefined, waiting: true, ended: false });
    const feed = await open(video, source.url, span ? toMedia(span, time) : 0, {
      sizes: (sizes) => {
        const size = sizes.some(({ side }) => side === this.state.size) ? this.state.size : 0;
        this.set({ sizes, size, soundOnly: sizes.length === 0 });
        if (size > 0) this.feed?.setSize(size);
      },
      size: (shown) => this.set({ shown }),
      tracks: (tracks, track) => this.set({ tracks, track }),
      segments: (segments, growing) => {
        this.segments = segments;
        this.set({ growing });
        this.layOut();
      },
      loaded: () => {
        this.attempt = 0;
        if (this.state.fault === "lost") this.set({ fault: undefined });
      },
      fault: (fault, stopped) => this.fail(fault, stopped),
    }, signal);
    if (signal.aborted) return feed?.close();
    this.feed = feed;
    if (play) this.play();
  }

  private unload(): void {
    this.opening.abort();
    clearTimeout(this.retrying);
    cancelAnimationFrame(this.frame);
    this.feed?.close();
    this.feed = undefined;
  }

  /** Opens what has come in the meantime, keeping the picture until the same one is there again. */
  private renew(): void {
    if (!this.next || !this.video) return;
    this.set({ still: picture(this.video) });
    void this.load(this.next, this.target ?? this.time, false);
  }

  /** Works out where the clips lie. */
  private layOut(): void {
    const clips = this.source?.clips ?? [];
    const spans = this.segments.length > 0 ? spansOf(this.segments, clips) : inARow(clips);
    const clip = spans.find((span) => span.clip.id === this.state.clip?.id)?.clip ?? spanAt(spans, this.time)?.clip;
    this.set({ spans, clip });
  }

  /** The element is open: it goes where it was wanted, once what it plays is known. */
  private arrive(): void {
    const { video, target } = this;
    this.set({ waiting: false });
    if (!video || target === undefined) return;
    this.target = undefined;
    const span = spanAt(this.state.spans, target, this.state.clip?.id);
    const media = span ? toMedia(span, target) : video.currentTime;
    if (Math.abs(video.currentTime - media) > NEAR) video.currentTime = media;
    else this.set({ still: undefined });
    this.readTime();
  }

  private fail(fault: Fault, stopped: boolean): void {
    this.set({ fault });
    if (!stopped || fault !== "lost") return;
    clearTimeout(this.retrying);
    this.retrying = setTimeout(() => this.again(), Math.min(LONGEST, 1000 * 2 ** this.attempt++));
  }

  private play(): void {
    this.video?.play().catch((error: unknown) => {
      // Being replaced by another load is no failure; the browser's refusal to play unasked shows as paused.
      if (error instanceof DOMException && error.name === "NotSupportedError") this.set({ fault: "unplayable" });
    });
  }

  /** The playlist is over; there may be more by now. */
  private finish(): void {
    const more = this.next?.clips.find((clip) => clip.offset + clip.duration > this.time + 1);
    if (this.next && more) return void this.load(this.next, Math.max(this.time, more.offset), true);
    this.set({ ended: true, playing: false });
    this.renew();
  }

  private tick = (): void => {
    cancelAnimationFrame(this.frame);
    this.readTime();
    if (this.video && !this.video.paused) this.frame = requestAnimationFrame(this.tick);
  };

  private readTime(): void {
    const { video, state } = this;
    if (!video || this.target !== undefined) return;
    const clip = playedAt(state.spans, video.currentTime)?.clip;
    if (clip !== state.clip) this.set({ clip });
    this.time = toStream(state.spans, video.currentTime);
    this.announceTime();
  }

  private announceTime(): void {
    for (const watcher of this.timeWatchers) watcher();
  }

  private set(change: Partial<PlaybackState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.stateWatchers) watcher();
  }
}

/** What a video element shows, as an image; nothing before it shows any. */
function picture(video: HTMLVideoElement): string | undefined {
  if (video.readyState < 2 || video.videoWidth === 0) return undefined;
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, video.clientWidth / video.videoWidth || 1);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  try {
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg");
  } catch {
    return undefined; // Played by the browser itself from another host, whose pictures are not ours to read.
  }
}

/** The state of playback; renders again when it changes, but not as time passes. */
export function usePlaybackState(playback: Playback): PlaybackState {
  return useSyncExternalStore(playback.watchState, () => playback.state);
}

/** The stream time now, in steps of `grain` seconds; renders again with every step. */
export function usePlaybackTime(playback: Playback, grain = 1): number {
  return useSyncExternalStore(playback.watchTime, () => Math.floor(playback.time / grain) * grain);
}
