/** What the channel says of itself: what is changed, and what a plan would make of it. */
import type { ChannelInfo, Occurrence } from "../../gen/api";

/** What can be changed. */
export type Info = Pick<ChannelInfo, "title" | "categoryId" | "categoryName" | "language" | "tags" | "labels">;

export type Draft = Partial<Info>;

/** As many tags a channel may have, and as many characters a tag. */
export const MOST_TAGS = 10;
export const LONGEST_TAG = 25;

/** What of a draft is otherwise than it is now: only that is sent. The name of a category is not sent. */
export function changes(now: Info, draft: Draft): Partial<Omit<Info, "categoryName">> {
  const changed: Partial<Omit<Info, "categoryName">> = {};
  if (draft.title !== undefined && draft.title.trim() !== now.title) changed.title = draft.title.trim();
  if (draft.categoryId !== undefined && draft.categoryId !== now.categoryId) changed.categoryId = draft.categoryId;
  if (draft.language !== undefined && draft.language !== now.language) changed.language = draft.language;
  if (draft.tags !== undefined && !same(draft.tags, now.tags)) changed.tags = draft.tags;
  if (draft.labels !== undefined && !same([...draft.labels].sort(), [...now.labels].sort())) changed.labels = draft.labels;
  return changed;
}

function same(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** What a plan says; what it leaves open stays as it is. */
export function ofPlan({ streamTitle, category, tags, language, labels }: Occurrence): Draft {
  const draft: Draft = {};
  if (streamTitle) draft.title = streamTitle;
  if (category?.id) Object.assign(draft, { categoryId: category.id, categoryName: category.name });
  if (tags?.length) draft.tags = tags.slice(0, MOST_TAGS);
  if (language) draft.language = language;
  if (labels?.length) draft.labels = labels;
  return draft;
}

/** A tag as Twitch takes it: letters and digits alone; empty when nothing is left. */
export function asTag(text: string): string {
  return text.normalize("NFC").replace(/[^\p{L}\p{N}]/gu, "").slice(0, LONGEST_TAG);
}

/** The same tags as Twitch takes them, each once. */
export function asTags(texts: string[]): string[] {
  const tags = new Map(texts.map(asTag).filter((tag) => tag !== "").map((tag) => [tag.toLowerCase(), tag]));
  return [...tags.values()].slice(0, MOST_TAGS);
}

/** The languages that Twitch lists, by code. */
const CODES = "en ar asl bg ca cs da de el es fi fr hi hu id it ja ko ms nl no pl pt ro ru sk sv th tl tr uk vi zh zh-hk other".split(" ");
const NAMES = new Intl.DisplayNames("en", { type: "language" });
const OWN: Record<string, string> = { asl: "American Sign Language", other: "Other", "zh-hk": "Chinese (Hong Kong)" };

/** The languages to choose from; the one that is set too, if it is another. */
export function languages(now: string): { value: string; label: string }[] {
  const codes = now && !CODES.includes(now) ? [now, ...CODES] : CODES;
  return codes.map((value) => ({ value, label: OWN[value] ?? named(value) }));
}

function named(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}
