import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

const Rendered = lazy(() => import("./Rendered"));

/** Text in Markdown, shown as what it means. HTML in it is shown as it was written. */
export function Markdown({ text }: { text: string }) {
  return <Suspense fallback={<Skeleton height={60} />}><Rendered text={text} /></Suspense>;
}
