import { useState } from "react";
import type { Fragment } from "../../gen/events";
import classes from "./Message.module.css";
import { usePictures } from "./pictures";

/** What was written: text with its emotes as pictures. */
export function Fragments({ text, fragments }: { text: string; fragments?: Fragment[] }) {
  if (!fragments?.length) return text;
  return fragments.map((fragment, i) => <Part key={i} fragment={fragment} />);
}

function Part({ fragment }: { fragment: Fragment }) {
  switch (fragment.kind) {
    case "emote":
      return fragment.emote ? <Emote id={fragment.emote} text={fragment.text} /> : fragment.text;
    case "mention":
      return <span className={classes.mention}>{fragment.text}</span>;
    case "cheermote":
      return <span className={classes.cheer} data-tier={tierOf(fragment.bits ?? 0)}>{fragment.text}</span>;
    default:
      return fragment.text;
  }
}

/** Its text stands there until the picture is, and when it does not come. */
function Emote({ id, text }: { id: string; text: string }) {
  const url = usePictures().emote(id);
  const [failed, setFailed] = useState<string>();
  if (!url || failed === url) return <span className={classes.word}>{text}</span>;
  return <img className={classes.emote} src={url} alt={text} title={text} height={28} loading="lazy" decoding="async" draggable={false} onError={() => setFailed(url)} />;
}

/** The step of colours that a number of bits is on. */
export function tierOf(bits: number): number {
  return [10_000, 5_000, 1_000, 100].find((step) => bits >= step) ?? 1;
}
