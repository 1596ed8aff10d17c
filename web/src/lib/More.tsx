import { Button } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { sentence } from "./api";
import classes from "./More.module.css";

/** The end of what is loaded: more comes as soon as it is nearly in sight. */
export function More({ list }: { list: UseInfiniteQueryResult }) {
  const end = useRef<HTMLDivElement>(null);
  const load = useEffectEvent(() => {
    if (!list.isFetching && !list.isFetchNextPageError) void list.fetchNextPage();
  });
  const { isFetching } = list; // what could not be loaded meanwhile is loaded then
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), { rootMargin: "800px" });
    if (end.current) observer.observe(end.current);
    return () => observer.disconnect();
  }, [isFetching]);
  return (
    <div className={classes.more} ref={end}>
      {list.isFetchNextPageError && <span role="alert">{sentence(list.error)}</span>}
      <Button variant="default" size="md" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {list.isFetchNextPageError ? "Try again" : "Show more"}
      </Button>
    </div>
  );
}
