import { useState } from "react";
import type { Badge } from "../../gen/events";
import classes from "./Message.module.css";
import { usePictures } from "./pictures";

/** What stands for a badge that has no picture, for those that everybody knows. */
const LETTERS: Record<string, string> = {
  broadcaster: "Host", moderator: "Mod", lead_moderator: "Mod", vip: "VIP", subscriber: "Sub", founder: "Founder", staff: "Staff", partner: "Partner",
};

/** The badges in front of a name; those without a picture and without a well-known name are left out. */
export function Badges({ badges }: { badges: Badge[] }) {
  return badges.map((badge) => <One key={`${badge.set}/${badge.id}`} badge={badge} />);
}

function One({ badge: { set, id, info } }: { badge: Badge }) {
  const picture = usePictures().badge(set, id);
  const [failed, setFailed] = useState(false);
  const months = info && set === "subscriber" ? `, ${info} months` : "";
  const title = `${picture?.title ?? LETTERS[set] ?? set.replaceAll("_", " ")}${months}`;
  if (picture && !failed) {
    return <img className={classes.badge} src={picture.imageUrl} alt={title} title={title} width={18} height={18} loading="lazy" draggable={false} onError={() => setFailed(true)} />;
  }
  return LETTERS[set] ? <span className={classes.letters} data-set={set} title={title}>{LETTERS[set]}</span> : null;
}
