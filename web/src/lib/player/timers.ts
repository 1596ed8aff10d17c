/** What comes and goes with time in the player. */
import { useCallback, useEffect, useRef, useState } from "react";

const IDLE = 2_600;
const FLASH = 1_800;

/** Whether nothing was touched for a while, how to say that something was, and how to say that this is it. */
export function useIdle(active: boolean): [boolean, () => void, () => void] {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIdle(true), IDLE);
  }, []);
  useEffect(() => {
    if (active) timer.current = setTimeout(() => setIdle(true), IDLE);
    return () => clearTimeout(timer.current);
  }, [active]);
  return [idle, wake, () => setIdle(true)];
}

/** A text that shows for a moment, and how to show one. */
export function useFlash(): [string | undefined, (text: string) => void] {
  const [text, setText] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [text, useCallback((shown: string) => {
    setText(shown);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setText(undefined), FLASH);
  }, [])];
}
