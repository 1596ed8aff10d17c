import { afterEach, expect, test, vi } from "vitest";
import { api, heardOf } from "./api";

afterEach(() => vi.unstubAllGlobals());

test("whatever is asked waits for what this tab has written or heard of", async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", async (_: string, { headers }: { headers: Headers }) => {
    asked.push(headers.get("Afterglow-Min-Position"));
    return new Response("{}", { headers: { "Content-Type": "application/json", "Afterglow-Position": "FACTS/7" } });
  });
  await api.post("/api/streams");
  await api.post("/api/clips");
  await api.get("/api/clips");
  heardOf("FACTS/9");
  heardOf("FACTS/8");
  heardOf("TICKS/99");
  await api.patch("/api/clips/1", {});
  await api.get("/api/clips", { after: "FACTS/12" });
  await api.delete("/api/clips/1");
  expect(asked).toEqual([null, "FACTS/7", "FACTS/7", "FACTS/9", "FACTS/12", "FACTS/9"]);
});
