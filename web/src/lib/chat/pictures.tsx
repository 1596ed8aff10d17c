/** Where the pictures of a chat come from; without them everything still reads. */
import { useReducedMotion } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createContext, use, useMemo, type ReactNode } from "react";
import { api } from "../api";
import { useTwitch } from "../connections";

export interface BadgePicture {
  title: string;
  imageUrl: string;
}

interface Pictures {
  /** The address of an emote's picture; undefined while it is not known where they are. */
  emote: (id: string) => string | undefined;
  badge: (set: string, id: string) => BadgePicture | undefined;
}

const NONE: Pictures = { emote: () => undefined, badge: () => undefined };

const Context = createContext(NONE);

/** Lets all messages in it have their pictures. */
export function ChatPictures({ children }: { children: ReactNode }) {
  const still = useReducedMotion();
  const { twitch } = useTwitch();
  const imagesUrl = twitch?.imagesUrl;
  const { data: badges } = useQuery({
    queryKey: ["badges", twitch?.channel],
    queryFn: ({ signal }) => api.get<{ items: ({ set: string; id: string } & BadgePicture)[] }>("/api/twitch/badges", { signal }),
    enabled: twitch?.state === "connected",
    staleTime: 60 * 60_000,
    retry: false,
  });
  const pictures = useMemo<Pictures>(() => {
    const known = new Map(badges?.items.map((badge) => [`${badge.set}/${badge.id}`, badge]));
    return {
      emote: (id) => imagesUrl && `${imagesUrl}/emoticons/v2/${encodeURIComponent(id)}/${still ? "static" : "default"}/dark/2.0`,
      badge: (set, id) => known.get(`${set}/${id}`),
    };
  }, [badges, imagesUrl, still]);
  return <Context value={pictures}>{children}</Context>;
}

export function usePictures(): Pictures {
  return use(Context);
}
