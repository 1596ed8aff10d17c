import { expect, test } from "vitest";
import { ApiError } from "./api";
import { isAway, retryDelay, told, untilBack } from "./outage";

test("what is away is tried again for as long as it takes, and less and less often", () => {
  expect(untilBack.retry(1_000, new ApiError(503, "unavailable", ""))).toBe(true);
  expect([0, 1, 2, 3, 4, 5, 50].map(retryDelay)).toEqual([400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

test("what was refused is not away", () => {
  expect([0, 500, 502, 503].map((status) => isAway(new ApiError(status, "", "")))).toEqual([true, true, true, true]);
  expect([401, 403, 404].map((status) => isAway(new ApiError(status, "", "")))).toEqual([false, false, false]);
  expect(isAway(new Error("a fault of the page"))).toBe(false);
});

test("no answer at all and a part that is away are told apart", () => {
  expect(told(undefined)?.title).toBe("No connection to Afterglow");
  expect(told({ ok: false, parts: [{ name: "database", ok: false, lag: 0 }] })?.title).toBe("The database is away");
  expect(told({ ok: true, parts: [] })).toBeNull();
});
