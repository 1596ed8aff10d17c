/**
 * Plays a stream: several clips on one clock, through one video element. Hides hls.js, which clip is
 * loaded, and going on with the next one. Times are stream times in seconds: a clip's offset plus the
 * time within it.
 */
import type Hls from "hls.js";
import { useSyncExternalStore } from "react";

/** A clip that can be played. */
export interface Playable {
  id: string;
  name: string;
  offset: number;
  duration: number;
  hlsUrl: string;
  frameRate?: number;
  posterUrl?: string;
  spritesUrl?: string;
  hasVideo: boolean;
}

export interface Quality {
  index: number;
  height: number;
  bitRate: number;
}

export interface PlaybackState {
  clip?: Playable;
  playing: boolean;
  waiting: boolean;
  ended: boolean;
  volume: number;
  muted: boolean;
  rate: number;
  qualities: Quality[];
  /** The chosen quality, or -1 for automatic. */
  quality: number;
  /** The height that plays now, in pixels. */
  height?: number;
  tracks: { index: number; name: string }[];
  track: number;
  error?: string;
}

const VOLUME = "afterglow.volume";
/** Below this distance to its end, a clip counts as over. */
const END = 0.05;

/** The clip that shows `time`: the one playing if it does, else the first that does, else the next. */
export function clipAt(clips: Playable[], time: number, current?: Playable): Playable | undefined {
  const covers = (clip: Playable) => time >= clip.offset && time < clip.offset + clip.duration;
  if (current && covers(current)) return current;
  return clips.find(covers) ?? clips.find((clip) => clip.offset > time) ?? clips.at(-1);
}

/** The clip that follows when `clip` is over: the next one that goes on longer. */
export function clipAfter(clips: Playable[], clip: Playable): Playable | undefined {
  const end = clip.offset + clip.duration;
  return clips.find((other) => other.id !== clip.id && other.offset > clip.offset && other.offset + other.duration > end + END);
}

export class Playback {
  private video: HTMLVideoElement | undefined;
  private hls: Hls | undefined;
  private clips: Playable[] = [];
  private loading = 0;
  private recovered = false;
  /** A clip is being opened: what the element says about its time is not yet true. */
  private opening = false;
  private frame = 0;
  private pendingSeek: number | undefined;
  private readonly stateWatchers = new Set<() => void>();
  private readonly timeWatchers = new Set<() => void>();

  state: PlaybackState = {
    playing: false, waiting: false, ended: false, volume: 1, muted: false, rate: 1,
    qualities: [], quality: -1, tracks: [], track: -1,
  };
  /** The stream time now. */
  time = 0;

  /** Takes over a video element; returns how to let go of it. */
  attach(video: HTMLVideoElement): () => void {
    this.video = video;
    const volume = Number(localStorage.getItem(VOLUME) ?? "1");
    video.volume = volume >= 0 && volume <= 1 ? volume : 1;
    const listeners: Partial<Record<keyof HTMLMediaElementEventMap, () => void>> = {
      play: () => {
        this.set({ playing: true, ended: false });
        this.tick();
      },
      pause: () => this.set({ playing: false }),
      waiting: () => this.set({ waiting: true }),
      playing: () => this.set({ waiting: false, error: undefined }),
      canplay: () => {
        this.opening = false;
        this.set({ waiting: false });
      },
      seeked: () => this.readTime(),
      timeupdate: () => this.readTime(),
      progress: () => this.announceTime(),
      volumechange: () => this.set({ volume: video.volume, muted: video.muted }),
      ratechange: () => this.set({ rate: video.playbackRate }),
      ended: () => this.goOn(),
    };
    for (const [name, listener] of Object.entries(listeners)) video.addEventListener(name, listener);
    this.set({ volume: video.volume, muted: video.muted });
    const clip = this.state.clip;
    if (clip) void this.load(clip, this.time - clip.offset, false);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) video.removeEventListener(name, listener);
      this.unload();
      this.video = undefined;
    };
  }

  /** Tells what can be played, in the order of the stream. The first time, goes to `start`. */
  setClips(clips: Playable[], start: number): void {
    this.clips = clips;
    const current = clips.find((clip) => clip.id === this.state.clip?.id);
    if (current) this.set({ clip: current });
    else if (clips.length > 0) this.seek(this.state.clip ? this.time : start);
  }

  /** Goes to a stream time, loading another clip where needed. */
  seek(time: number): void {
    const clip = clipAt(this.clips, time, this.state.clip);
    if (!clip) return;
    const within = Math.min(Math.max(0, time - clip.offset), Math.max(0, clip.duration - END));
    this.time = clip.offset + within;
    this.set({ ended: false });
    if (clip.id !== this.state.clip?.id) void this.load(clip, within, this.state.playing);
    else if (this.video && !this.opening) this.video.currentTime = within;
    else this.pendingSeek = within;
    this.announceTime();
  }

  /** Plays a clip from its start, even where it overlaps another. */
  choose(id: string): void {
    const clip = this.clips.find((candidate) => candidate.id === id);
    if (!clip) return;
    this.time = clip.offset;
    void this.load(clip, 0, true);
    this.announceTime();
  }

  skip(seconds: number): void {
    this.seek(Math.min(Math.max(0, this.time + seconds), this.end));
  }

  /** Steps by single pictures; stops first. */
  step(frames: number): void {
    this.video?.pause();
    this.skip(frames / (this.state.clip?.frameRate || 30));
  }

  /** Where the last clip ends. */
  get end(): number {
    return Math.max(0, ...this.clips.map((clip) => clip.offset + clip.duration));
  }

  toggle(): void {
    if (!this.video) return;
    if (!this.video.paused) return this.video.pause();
    if (this.state.ended) this.seek(this.clips[0]?.offset ?? 0);
    this.play();
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

  setQuality(index: number): void {
    if (this.hls) this.hls.nextLevel = index;
    this.set({ quality: index });
  }

  setTrack(index: number): void {
    if (this.hls) this.hls.audioTrack = index;
    this.set({ track: index });
  }

  /** Tries to load the clip again after an error. */
  retry(): void {
    const clip = this.state.clip;
    if (clip) void this.load(clip, this.time - clip.offset, true);
  }

  /** What has been loaded, as spans of stream time. */
  buffered(): { start: number; end: number }[] {
    const ranges = this.video?.buffered;
    const offset = this.state.clip?.offset ?? 0;
    return Array.from({ length: ranges?.length ?? 0 }, (_, i) => ({
      start: offset + ranges!.start(i), end: offset + ranges!.end(i),
    }));
  }

  watchState = (watcher: () => void): (() => void) => {
    this.stateWatchers.add(watcher);
    return () => this.stateWatchers.delete(watcher);
  };

  watchTime = (watcher: () => void): (() => void) => {
    this.timeWatchers.add(watcher);
    return () => this.timeWatchers.delete(watcher);
  };

  private async load(clip: Playable, at: number, play: boolean): Promise<void> {
    const turn = ++this.loading;
    this.opening = true;
    this.set({ clip, error: undefined, waiting: true, ended: false, qualities: [], tracks: [], height: undefined });
    const video = this.video;
    if (!video) return;
    const { default: HlsPlayer } = await import("hls.js");
    if (turn !== this.loading) return;
    this.hls?.destroy();
    this.hls = undefined;
    this.recovered = false;
    this.pendingSeek = undefined;
    if (!HlsPlayer.isSupported()) {
      video.src = clip.hlsUrl;
      video.addEventListener("loadedmetadata", () => (video.currentTime = this.pendingSeek ?? at), { once: true });
      video.addEventListener("error", () => this.set({ error: "This browser cannot play the recording.", waiting: false }), { once: true });
    } else {
      this.hls = this.open(HlsPlayer, clip, at);
      this.hls.attachMedia(video);
    }
    if (play) this.play();
  }

  private open(HlsPlayer: typeof Hls, clip: Playable, at: number): Hls {
    const hls = new HlsPlayer({ startPosition: at, maxBufferLength: 30, backBufferLength: 60 });
    const { Events, ErrorTypes } = HlsPlayer;
    hls.on(Events.MANIFEST_PARSED, () => {
      const qualities = hls.levels
        .map((level, index) => ({ index, height: level.height, bitRate: level.bitrate }))
        .filter((quality) => quality.height > 0)
        .sort((a, b) => b.height - a.height || b.bitRate - a.bitRate);
      const wanted = this.state.quality;
      this.set({ qualities, quality: wanted < hls.levels.length ? wanted : -1 });
      if (this.state.quality >= 0) hls.nextLevel = this.state.quality;
      if (this.pendingSeek !== undefined && this.video) this.video.currentTime = this.pendingSeek;
      this.pendingSeek = undefined;
    });
    hls.on(Events.LEVEL_SWITCHED, (_, { level }) => this.set({ height: hls.levels[level]?.height }));
    hls.on(Events.AUDIO_TRACKS_UPDATED, (_, { audioTracks }) => this.set({
      tracks: audioTracks.map((track, index) => ({ index, name: track.name || track.lang || `Track ${index + 1}` })),
      track: hls.audioTrack,
    }));
    hls.on(Events.AUDIO_TRACK_SWITCHED, (_, { id }) => this.set({ track: id }));
    hls.on(Events.ERROR, (_, data) => {
      if (!data.fatal) return;
      if (data.type === ErrorTypes.MEDIA_ERROR && !this.recovered) {
        this.recovered = true;
        hls.recoverMediaError();
        return;
      }
      this.set({
        waiting: false,
        error: data.type === ErrorTypes.NETWORK_ERROR
          ? "The recording could not be loaded. Check the connection to the server."
          : "This browser cannot play the recording.",
      });
    });
    hls.loadSource(clip.hlsUrl);
    return hls;
  }

  private unload(): void {
    this.loading++;
    cancelAnimationFrame(this.frame);
    this.hls?.destroy();
    this.hls = undefined;
  }

  private play(): void {
    this.video?.play().catch((error: unknown) => {
      // Being replaced by another load is no failure; the browser's refusal to play unasked shows as paused.
      if (error instanceof DOMException && error.name === "NotSupportedError") this.set({ error: "This browser cannot play the recording." });
    });
  }

  private goOn(): void {
    const clip = this.state.clip;
    const next = clip && clipAfter(this.clips, clip);
    if (!next) return this.set({ ended: true, playing: false });
    this.time = next.offset;
    void this.load(next, 0, true);
  }

  private tick = (): void => {
    cancelAnimationFrame(this.frame);
    this.readTime();
    if (this.video && !this.video.paused) this.frame = requestAnimationFrame(this.tick);
  };

  private readTime(): void {
    const { video, state } = this;
    if (!video || !state.clip || this.opening) return;
    this.time = state.clip.offset + video.currentTime;
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

/** The state of playback; renders again when it changes, but not as time passes. */
export function usePlaybackState(playback: Playback): PlaybackState {
  return useSyncExternalStore(playback.watchState, () => playback.state);
}

/** The stream time now, in steps of `grain` seconds; renders again with every step. */
export function usePlaybackTime(playback: Playback, grain = 1): number {
  return useSyncExternalStore(playback.watchTime, () => Math.floor(playback.time / grain) * grain);
}
