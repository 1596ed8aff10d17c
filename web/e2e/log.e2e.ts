/** The log: what happened, found again, and how a thing was at any moment of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Marker, Stream } from "../src/gen/api";
import { Visitor } from "./visitor";

let visitor: Visitor;
let stream: Stream;

beforeAll(async () => {
  visitor = await Visitor.signIn();
  stream = await visitor.post<Stream>("/api/streams", { title: "Before" });
  await visitor.post<Marker>(`/api/streams/${stream.id}/markers`, { label: "A moment to keep", at: 12 });
  await visitor.patch(`/api/streams/${stream.id}`, { title: "After" });
});

afterAll(() => visitor?.leave());

test("filters find what happened to one thing, and the address keeps them", async () => {
  const page = await visitor.open("/log");
  await page.getByLabel("Id of the aggregate").fill(stream.id);
  await page.keyboard.press("Enter");
  const events = page.getByRole("listbox", { name: "Events, newest first" }).getByRole("option");
  await events.nth(2).waitFor();
  expect(await events.count()).toBe(3);
  await page.getByRole("combobox", { name: "Type of event" }).fill("stream.renamed");
  await page.keyboard.press("Enter");
  await events.nth(1).waitFor({ state: "detached" });
  expect(await events.textContent()).toContain("After");
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ id: stream.id, name: "stream.renamed" });
  await page.reload();
  await events.filter({ hasText: "stream.renamed" }).waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.waitForURL((url) => url.search === "");
  await page.context().close();
});

test("a time that is over holds nothing new", async () => {
  const past = new URLSearchParams({ since: "2020-01-01T00:00:00Z", until: "2020-01-02T00:00:00Z" });
  const page = await visitor.open(`/log?${past}`);
  await page.getByText("No such event yet").waitFor();
  await page.getByRole("button", { name: /2020|Jan/ }).click();
  await page.getByRole("button", { name: "The latest 1 hour" }).click();
  await page.getByRole("option").first().waitFor();
  expect(new URL(page.url()).searchParams.has("until")).toBe(false);
  await page.context().close();
});

test("other logs are a choice away", async () => {
  const page = await visitor.open("/log");
  await page.getByRole("combobox", { name: "Log", exact: true }).click();
  await page.getByRole("option", { name: "Timers" }).click();
  await page.waitForURL("**/log?log=TIMERS");
  await page.context().close();
});

test("a thing is shown as it was after each event, with what each changed", async () => {
  const page = await visitor.open(`/log?id=${stream.id}`);
  await page.getByRole("option").filter({ hasText: "stream.renamed" }).click();
  await page.getByRole("link", { name: "As it was then" }).click();
  await page.waitForURL(/\/log\/state/);
  const changed = page.getByRole("region", { name: "What changed" });
  await changed.getByText("title").waitFor();
  expect(await changed.locator("del").textContent()).toBe('"Before"');
  expect(await changed.locator("ins").textContent()).toBe('"After"');

  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await changed.getByText("A moment to keep").waitFor();
  expect(new URL(page.url()).searchParams.get("at")).toMatch(/^FACTS\/\d+$/);
  const value = page.getByRole("region", { name: "The value after it" });
  await value.getByText('"Before"').waitFor();
  await page.getByRole("button", { name: "One step back" }).click();
  await page.getByText("1 of 3").waitFor();
  await page.context().close();
});

test("a step that comes while one looks is added", async () => {
  const page = await visitor.open(`/log/state?topic=stream/${stream.id}`);
  const count = page.getByText(/^\d+ of \d+$/);
  await count.waitFor();
  const before = await count.textContent();
  await visitor.post(`/api/streams/${stream.id}/markers`, { label: "Just now", at: 30 });
  await page.waitForFunction((was) => ![...document.querySelectorAll("span")].some((span) => span.textContent === was), before);
  await page.getByRole("region", { name: "What changed" }).getByText("Just now").waitFor();
  await page.context().close();
});

test("what is not kept as it was is told", async () => {
  const page = await visitor.open("/log/state?topic=nothing/1");
  await page.getByRole("alert").getByText("Nothing called nothing is kept as it was.").waitFor();
  await page.context().close();
});
