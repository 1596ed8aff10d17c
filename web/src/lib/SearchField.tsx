import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { Search as Glass } from "lucide-react";
import { useEffect, useRef, useState } from "react";

interface SearchFieldProps {
  /** What is looked for now, as the address says it. */
  q: string;
  label: string;
  placeholder: string;
  className?: string;
  /** `replace`: it is no step of its own for the back button. */
  onSearch: (q: string | undefined, replace: boolean) => void;
}

/** Words to look for; the key / leads there. */
export function SearchField({ q, label, placeholder, className, onSearch }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q);
  const [applied, setApplied] = useState(q);
  /** What was typed and is not in the address yet. */
  const [typed, setTyped] = useState<string>();
  /** What was asked for last, which the address may not say yet. */
  const asked = useRef(q);
  useEffect(() => {
    asked.current = q;
  }, [q]);
  useHotkeys([["/", () => field.current?.focus()]]);
  if (q !== applied) {
    setApplied(q);
    if (q === typed) setTyped(undefined);
    else if (typed === undefined) setText(q); // by the back button, or by "show all"
  }
  const apply = useDebouncedCallback((value: string) => {
    const wanted = value.trim();
    onSearch(wanted || undefined, asked.current !== "" && wanted !== "");
    asked.current = wanted;
  }, 250);
  const change = (value: string) => {
    setText(value);
    setTyped(value.trim() === q ? undefined : value.trim());
    apply(value);
  };
  return (
    <TextInput
      ref={field} className={className} aria-label={label} aria-keyshortcuts="/" placeholder={placeholder} leftSection={<Glass size={16} />}
      rightSection={text && <CloseButton size="sm" aria-label="Clear the search" onClick={() => change("")} />}
      value={text} onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
