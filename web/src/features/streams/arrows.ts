import type { KeyboardEvent } from "react";

interface Box {
  left: number;
  top: number;
}

/** Which of the boxes an arrow key leads to from one of them; undefined when there is none in that direction. */
export function towards(key: string, boxes: Box[], from: number): number | undefined {
  const here = boxes[from];
  if (!here) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return boxes.length - 1;
  if (key === "ArrowLeft") return from > 0 ? from - 1 : undefined;
  if (key === "ArrowRight") return from < boxes.length - 1 ? from + 1 : undefined;
  const down = key === "ArrowDown";
  if (!down && key !== "ArrowUp") return undefined;
  const beyond = boxes.map(({ top }) => top).filter((top) => (down ? top > here.top + 1 : top < here.top - 1));
  if (beyond.length === 0) return undefined;
  const row = down ? Math.min(...beyond) : Math.max(...beyond);
  const away = ({ left, top }: Box) => (Math.abs(top - row) <= 1 ? Math.abs(left - here.left) : Infinity);
  return boxes.reduce((best, box, i) => (away(box) < away(boxes[best]!) ? i : best), boxes.findIndex(({ top }) => Math.abs(top - row) <= 1));
}

/** Lets arrow keys lead from card to card; the cards are the links in the element. */
export function onArrows(event: KeyboardEvent<HTMLElement>): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>("a[href]")];
  const boxes = cards.map((card) => card.getBoundingClientRect());
  const next = towards(event.key, boxes, cards.indexOf(document.activeElement as HTMLElement));
  if (next === undefined) return;
  event.preventDefault();
  cards[next]?.focus();
}
