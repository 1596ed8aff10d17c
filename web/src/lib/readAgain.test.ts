import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test } from "vitest";
import { readAgain } from "./readAgain";

const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity, networkMode: "always" } } });
const queryKey = ["streams", "all"];

afterEach(() => client.clear());

/** A query that somebody looks at; `reads` answers the reads of it, the oldest first. */
function look() {
  const reads: { answer: (text: string) => void; fail: (error: Error) => void }[] = [];
  const observer = new QueryObserver(client, {
    queryKey, queryFn: () => new Promise<string>((answer, fail) => reads.push({ answer, fail })),
  });
  return { reads, stop: observer.subscribe(() => {}) };
}

test("what changes during the first read is read after it", async () => {
  const { reads, stop } = look();
  const again = readAgain(client, { queryKey: ["streams"] });
  expect(reads).toHaveLength(1);
  reads[0]!.answer("before");
  await expect.poll(() => reads.length).toBe(2);
  reads[1]!.answer("after");
  await again;
  expect(client.getQueryData(queryKey)).toBe("after");
  stop();
});

test("a first read that fails is made again too", async () => {
  const { reads, stop } = look();
  const again = readAgain(client, { queryKey });
  reads[0]!.fail(new Error("away"));
  await expect.poll(() => reads.length).toBe(2);
  reads[1]!.answer("after");
  await again;
  expect(client.getQueryData(queryKey)).toBe("after");
  stop();
});

test("what nobody looks at is read when somebody does", async () => {
  const { reads, stop } = look();
  stop();
  reads[0]!.answer("before");
  await expect.poll(() => client.getQueryData(queryKey)).toBe("before");
  await readAgain(client, { queryKey });
  expect(reads).toHaveLength(1);
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true);
});
