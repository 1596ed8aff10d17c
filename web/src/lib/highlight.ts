/** Marks words where they stand on the page, without touching what is on it. */
import { useEffect, type RefObject } from "react";

/** What `::highlight(…)` in styles.css calls it. */
const NAME = "found";

/** The words of a search that can be seen in what it finds, in lower case: those in quotes as one, none behind a minus. */
export function wordsOf(q: string): string[] {
  const parts = [...q.toLowerCase().matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)];
  return parts.flatMap(([, without, phrase, word]) => {
    const text = (phrase ?? word ?? "").trim();
    return without || text === "" || (text === "or" && phrase === undefined) ? [] : [text];
  });
}

/** Marks the words of `q` in the element, whenever it has been rendered anew. */
export function useHighlight(box: RefObject<HTMLElement | null>, q: string): void {
  useEffect(() => {
    const words = wordsOf(q);
    if (!box.current || words.length === 0 || !("highlights" in CSS)) return;
    const ranges: Range[] = [];
    const texts = document.createTreeWalker(box.current, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      // Links and names are no part of what was written.
      if (node.parentElement?.closest("a, button")) continue;
      const text = node.textContent!.toLowerCase();
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, Math.min(at + word.length, node.textContent!.length));
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set(NAME, new Highlight(...ranges));
    return () => void CSS.highlights.delete(NAME);
  });
}
