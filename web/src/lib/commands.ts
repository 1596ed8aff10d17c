/** What can be done where one is: a page offers its commands while it is shown, and the palette lists them. */
import type { ReactNode } from "react";
import { useEffect, useEffectEvent } from "react";

export interface Command {
  /** Steady, and the only one of its name. */
  id: string;
  title: string;
  /** What stands over commands of this kind, for instance "Actions". */
  group: string;
  icon: ReactNode;
  /** More words that it is found by. */
  keywords?: string;
  /** The key that does the same, where there is one. */
  hotkey?: string;
  run: () => void;
}

const offers = new Set<() => Command[]>();

/** Offers commands as long as the component is shown. They are asked for when the palette opens. */
export function useCommands(offer: () => Command[]): void {
  const current = useEffectEvent(offer);
  useEffect(() => {
    const ask = () => current();
    offers.add(ask);
    return () => void offers.delete(ask);
  }, []);
}

/** All commands that are offered now; not to be called while rendering. */
export function offered(): Command[] {
  return [...offers].flatMap((ask) => ask());
}
