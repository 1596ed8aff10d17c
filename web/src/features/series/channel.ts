/** The channel on Twitch, as far as a plan speaks of it. */
import type { ChannelChange, ChannelInfo, Occurrence } from "../../gen/api";

/** What a planned stream says of the channel; of what it says nothing, the channel keeps what it has. */
export function changeOf({ streamTitle, category, language, tags, labels }: Occurrence): ChannelChange {
  return {
    title: streamTitle,
    ...(category && { categoryId: category.id }),
    ...(language && { language }),
    ...(tags?.length > 0 && { tags }),
    ...(labels?.length > 0 && { labels }),
  };
}

/** What takes a change back: what the channel said before, of that alone. */
export function undoing({ title, categoryId, language, tags, labels }: ChannelInfo, change: ChannelChange): ChannelChange {
  return {
    title,
    ...("categoryId" in change && { categoryId }),
    ...("language" in change && { language }),
    ...("tags" in change && { tags }),
    ...("labels" in change && { labels }),
  };
}
