/** Full screen and picture in picture, as far as the browser has them. */
import { useCallback, useEffect, useState, type RefObject } from "react";

/** Telephones of one kind know full screen of a video alone. */
type OldVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** Whether `box` fills the screen, and how to change that. */
export function useFullscreen(box: RefObject<HTMLElement | null>, video: RefObject<OldVideo | null>): [boolean, () => void] {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null && document.fullscreenElement === box.current);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, [box]);
  const toggle = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (box.current?.requestFullscreen) box.current.requestFullscreen().catch(() => {});
    else video.current?.webkitEnterFullscreen?.();
  }, [box, video]);
  return [full, toggle];
}

export function togglePictureInPicture(video: HTMLVideoElement | null): void {
  const change = document.pictureInPictureElement ? document.exitPictureInPicture() : video?.requestPictureInPicture?.();
  change?.catch(() => {});
}
