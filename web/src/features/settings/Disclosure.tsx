import { Button, Collapse } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useState, type ReactNode } from "react";

/** What not everybody wants to see, behind a button that says what it is. */
export function Disclosure({ label, children }: { label: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <div>
        <Button
          size="compact-sm" variant="subtle" color="gray" ml={-8} aria-expanded={open} onClick={() => setOpen(!open)}
          rightSection={<ChevronDown size={14} style={{ transform: open ? "rotate(180deg)" : undefined }} />}
        >
          {label}
        </Button>
      </div>
      <Collapse expanded={open}>{children}</Collapse>
    </>
  );
}
