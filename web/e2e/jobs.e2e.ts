/** Work: who does it, what it came to, and what could not be done. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { required } from "./machine";
import { Visitor } from "./visitor";

let visitor: Visitor;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  await visitor.addSample();
});

afterAll(() => visitor?.leave());

test("work that is done says what it was, and leads to its cause", async () => {
  const page = await visitor.open("/jobs?state=done");
  const job = page.getByRole("listitem").filter({ hasText: "Makes a recording playable" }).first();
  await job.getByText("Done").waitFor();
  await job.getByRole("link", { name: "Cause" }).click();
  await page.getByRole("complementary").getByText("clip.probed").first().waitFor();
  await page.context().close();
});

test("every reactor tells what it does, what it acts on, and how its day went", async () => {
  const page = await visitor.open("/jobs");
  await page.getByRole("tab", { name: "Reactors" }).click();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "clips-package" }) });
  await card.getByText("Acts on").waitFor();
  await page.waitForFunction(() => /[1-9]\d*Done in 24 h/.test(document.body.textContent ?? ""));
  await card.getByRole("link", { name: "clip.probed" }).click();
  await page.waitForURL("**/log?name=clip.probed");
  await page.getByRole("option").filter({ hasText: "clip.probed" }).first().waitFor();
  await page.context().close();
});

test("a dead letter shows why and what it carries, and is tried again", async () => {
  const letter = required("AFTERGLOW_LETTER");
  const page = await visitor.open("/jobs");
  await page.getByRole("tab", { name: /Dead letters/ }).click();
  const row = page.getByRole("listitem").filter({ hasText: letter });
  await row.getByText("Open", { exact: true }).waitFor();
  await row.getByRole("button", { name: /^Payload/ }).click();
  await row.getByRole("group", { name: "What it carries" }).waitFor();
  await row.getByRole("button", { name: /^Try again/ }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Seen to" }).click();
  await page.getByRole("listitem").filter({ hasText: letter }).getByText(/Being tried again|Handled since/).waitFor();
  await page.context().close();
});

test("the address keeps what one looks at", async () => {
  const page = await visitor.open("/jobs?view=letters&kind=parked");
  const parked = page.getByRole("button", { name: "Set aside by projections" });
  await parked.waitFor();
  expect(await parked.getAttribute("aria-pressed")).toBe("true");
  await page.context().close();
});
