import { expect, test } from "vitest";
import { askedTime, linkTo } from "./moment";

test.each([
  ["?t=1h2m3s", "", 3723], ["?t=90", "", 90], ["", "#t=90s", 90], ["", "t=1:30", 90], ["?t=soon", "#t=5", 5], ["?q=x", "", undefined],
  ["?t=0", "", 0], ["", "", undefined], ["?t=", "#section", undefined],
])("%s%s asks for %s", (search, hash, at) => expect(askedTime(search, hash)).toBe(at));

test("a link leads to its moment", () => {
  const url = new URL(linkTo("https://example.org/watch/s?t=3#key", 3723));
  expect(askedTime(url.search, url.hash)).toBe(3723);
  expect(url.hash).toBe("#key");
});
