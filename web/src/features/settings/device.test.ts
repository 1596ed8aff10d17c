import { expect, test } from "vitest";
import { device } from "./device";

test("browsers are told by their names, not by those they pretend to have", () => {
  expect(device("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36")).toBe("Chrome on Linux");
  expect(device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0")).toBe("Edge on Windows");
  expect(device("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1")).toBe("Safari on iOS");
  expect(device("Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0")).toBe("Firefox on Windows");
});

test("what is no browser keeps its name", () => {
  expect(device("curl/8.5.0")).toBe("curl/8.5.0");
  expect(device("")).toBe("Unknown device");
});
