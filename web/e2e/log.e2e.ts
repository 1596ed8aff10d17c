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
  await expect.poll(() => events.count()).toBe(3);
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

test("a long way is shown from its end, each step against what was before it, and further back on demand", async () => {
  const long = await visitor.post<Stream>("/api/streams", { title: "A long evening" });
  const page = await visitor.open("/streams");
  await page.evaluate(async (id) => {
    const headers = { "Content-Type": "application/json" };
    for (let at = 1; at <= 204; at++) {
      const answer = await fetch(`/api/streams/${id}/markers`, { method: "POST", headers, body: JSON.stringify({ label: `Moment ${at}`, at }) });
      if (!answer.ok) throw new Error(`moment ${at}: ${answer.status}`);
    }
  }, long.id);
  await page.goto(`/log/state?topic=stream/${long.id}`);
  await page.getByRole("heading", { name: "How “A long evening” came to be" }).waitFor();
  await page.getByText("200 of the latest 200").waitFor();
  const changed = page.getByRole("region", { name: "What changed" });
  await changed.getByText("Moment 204").waitFor();
  await page.getByRole("slider").focus();
  await page.keyboard.press("Home");
  await page.getByText("1 of the latest 200").waitFor();
  await changed.getByText("Moment 5").waitFor();
  await expect.poll(() => changed.locator("ul > li").count()).toBe(2); // the marker, and how many there are
  await page.getByRole("button", { name: "Show earlier steps" }).click();
  await page.getByText("6 of 205").waitFor();
  await page.context().close();
});

test("a moment is a time too, and before the first step there was nothing", async () => {
  const page = await visitor.open(`/log/state?topic=stream/${stream.id}&at=2020-01-01T00:00:00Z`);
  await page.getByRole("heading", { name: "It was not there yet" }).waitFor();
  await page.getByRole("link", { name: "Go to its first step" }).click();
  await page.getByText(/^1 of \d+$/).waitFor();
  await page.getByLabel("Time", { exact: true }).fill("2100-01-01T00:00:00");
  await page.getByRole("button", { name: "Go to this time" }).click();
  await page.getByText(/^(\d+) of \1$/).waitFor();
  await page.goto(`/log/state?topic=stream/${stream.id}&at=yesterday`);
  await page.getByRole("heading", { name: "“yesterday” is no moment" }).waitFor();
  await page.context().close();
});

test("what is not kept as it was is told", async () => {
  const page = await visitor.open("/log/state?topic=nothing/1");
  await page.getByRole("alert").getByText("Nothing called nothing is kept as it was.").waitFor();
  await page.context().close();
});
