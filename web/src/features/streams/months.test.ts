import { expect, test } from "vitest";
import type { StreamSummary } from "../../gen/api";
import { byMonth } from "./months";

const stream = (id: string, startedAt: string): StreamSummary =>
  ({ id, title: id, createdAt: "2026-11-21T12:00:00Z", startedAt, duration: 0, clipCount: 0, markerCount: 0, live: false, state: "empty",
    published: false, playable: false, size: 0, partsDone: 0, partsTotal: 0 });

test("streams come under the month they began in, in their order", () => {
  const months = byMonth([stream("a", "2026-11-20T12:00:00Z"), stream("b", "2026-11-02T12:00:00Z"), stream("c", "2025-11-02T12:00:00Z"), stream("d", "")]);
  expect(months.map(({ name, streams }) => [name, streams.map(({ id }) => id)])).toEqual([
    ["November 2026", ["a", "b"]], ["November 2025", ["c"]], ["November 2026", ["d"]],
  ]);
  expect(byMonth([])).toEqual([]);
});
