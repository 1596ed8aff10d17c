/** What recordings take, in all and by stream. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clip, Storage } from "../src/gen/api";
import { Visitor } from "./visitor";

let visitor: Visitor;
let clip: Clip;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  clip = await visitor.addSample();
});

afterAll(() => visitor?.leave());

test("the settings say what is stored, by kind and by stream", async () => {
  const page = await visitor.open("/settings");
  const { total, items } = await (await page.request.get("/api/storage")).json() as Storage;
  expect(total.sources).toBeGreaterThanOrEqual(clip.size);
  expect(total.video).toBeGreaterThan(0);
  expect(total.pictures).toBeGreaterThan(0);
  const section = page.getByRole("region", { name: "Storage", exact: true });
  for (const kind of ["Sources", "Video", "Pictures"]) await section.locator("dt", { hasText: kind }).waitFor();
  await section.getByText("AFTERGLOW_SOURCES").waitFor();
  const [first] = items;
  await section.getByRole("table").locator(`a[href="/streams/${first!.streamId}"]`).click();
  await page.waitForURL(`**/streams/${first!.streamId}`);
  await page.context().close();
});
