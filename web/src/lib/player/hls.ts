/** Opens a playlist in a video element. Hides hls.js, what it retries by itself, and what browsers do without it. */
import type Hls from "hls.js";
import type { Segment } from "./timeline";

/** A size of the picture, named by its short side in pixels. */
export interface Size {
  side: number;
  /** Frames per second. */
  rate: number;
}

export interface Track {
  index: number;
  name: string;
}

/** Why nothing can be loaded: it is not there for us, it is out of reach for now, or the browser cannot show it. */
export type Fault = "gone" | "lost" | "unplayable";

/** What the one who opened it hears. */
export interface Listener {
  sizes: (sizes: Size[]) => void;
  /** The size that is shown from now on. */
  size: (side: number) => void;
  tracks: (tracks: Track[], current: number) => void;
  /** What can be played by now; `growing` when more is to come. */
  segments: (segments: Segment[], growing: boolean) => void;
  /** Loading goes on, also after it failed. */
  loaded: () => void;
  /** Loading failed; unless `stopped` it is tried again by itself. */
  fault: (fault: Fault, stopped: boolean) => void;
}

/** An open playlist. */
export interface Feed {
  /** Shows a size, or with zero what the connection carries. */
  setSize: (side: number) => void;
  setTrack: (index: number) => void;
  /** Loads again after a fault. */
  retry: () => void;
  close: () => void;
}

/** So often is the browser helped over broken media before that is told, until it plays again. */
const RESCUES = 2;

/** Opens `url` so that it begins at `at` seconds of media time. */
export async function open(video: HTMLVideoElement, url: string, at: number, hear: Listener, signal: AbortSignal): Promise<Feed | undefined> {
  const { default: Player } = await import("hls.js");
  if (signal.aborted) return undefined;
  return Player.isSupported() ? withHls(Player, video, url, at, hear) : alone(video, url, at, hear);
}

function withHls(Player: typeof Hls, video: HTMLVideoElement, url: string, at: number, hear: Listener): Feed {
  const { Events, ErrorTypes } = Player;
  const hls = new Player({ startPosition: at, maxBufferLength: 30, backBufferLength: 60 });
  let rescues = 0;
  const side = (level: number) => {
    const { width = 0, height = 0 } = hls.levels[level] ?? {};
    return Math.min(width, height);
  };

  hls.on(Events.MANIFEST_PARSED, () => {
    const sizes = hls.levels.map((level, index) => ({ side: side(index), rate: level.frameRate }));
    hear.sizes(sizes.filter((size, i) => size.side > 0 && sizes.findIndex((other) => other.side === size.side) === i).sort((a, b) => b.side - a.side));
  });
  hls.on(Events.LEVEL_SWITCHED, (_, { level }) => hear.size(side(level)));
  hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
    hear.segments(details.fragments.map(({ url, start, duration }) => ({ url, start, duration })), details.live);
  });
  const tellTracks = () => {
    hear.tracks(hls.audioTracks.map((track, index) => ({ index, name: track.name || track.lang || `Track ${index + 1}` })), hls.audioTrack);
  };
  hls.on(Events.AUDIO_TRACKS_UPDATED, tellTracks);
  hls.on(Events.AUDIO_TRACK_SWITCHED, tellTracks);
  hls.on(Events.FRAG_BUFFERED, () => {
    rescues = 0;
    hear.loaded();
  });
  hls.on(Events.ERROR, (_, { type, fatal, response }) => {
    if (type === ErrorTypes.NETWORK_ERROR) {
      const refused = [401, 403, 404, 410].includes(response?.code ?? 0);
      if (fatal || !refused) hear.fault(refused ? "gone" : "lost", fatal);
    } else if (fatal && type === ErrorTypes.MEDIA_ERROR && rescues < RESCUES) {
      rescues++;
      hls.recoverMediaError();
    } else if (fatal) {
      hear.fault("unplayable", true);
    }
  });
  hls.loadSource(url);
  hls.attachMedia(video);

  return {
    setSize: (wanted) => {
      hls.nextLevel = wanted === 0 ? -1 : hls.levels.findLastIndex((_, level) => side(level) === wanted);
    },
    setTrack: (index) => {
      hls.audioTrack = index;
    },
    retry: () => (hls.levels.length > 0 ? hls.startLoad(video.currentTime) : hls.loadSource(url)),
    close: () => hls.destroy(),
  };
}

/** Without media source extensions the browser has to play it by itself, and chooses the size by itself. */
function alone(video: HTMLVideoElement, url: string, at: number, hear: Listener): Feed {
  const closing = new AbortController();
  const { signal } = closing;
  video.addEventListener("loadedmetadata", () => (video.currentTime = at), { signal });
  video.addEventListener("durationchange", () => {
    if (video.duration > 0) hear.segments([{ url, start: 0, duration: video.duration }], video.duration === Infinity);
  }, { signal });
  video.addEventListener("loadeddata", () => hear.loaded(), { signal });
  video.addEventListener("error", () => hear.fault(video.error?.code === MediaError.MEDIA_ERR_NETWORK ? "lost" : "unplayable", true), { signal });
  video.src = url;
  return {
    setSize: () => {},
    setTrack: () => {},
    retry: () => {
      at = video.currentTime;
      video.load();
    },
    close: () => {
      closing.abort();
      video.removeAttribute("src");
      video.load();
    },
  };
}
