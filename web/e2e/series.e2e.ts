/** Streams that come again: planned, on the calendar, skipped, and sent to Twitch. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChannelInfo, Connections, Series } from "../src/gen/api";
import { Visitor } from "./visitor";

const RUN = Date.now();
const NAME = `Workshop ${RUN}`;

let visitor: Visitor;

beforeAll(async () => {
  visitor = await Visitor.signIn();
});

afterAll(() => visitor?.leave());

/** A plan that is far from now, so that what comes does not hang on when the test runs. */
const PLAN = {
  title: NAME, streamTitle: "${title} #${number}", zone: "Europe/Berlin", start: "2030-01-07", time: "19:30", minutes: 150,
  recurrence: { every: "week", interval: 1, days: ["monday"] },
};

const next = (page: Page) => page.getByRole("region", { name: "Next" });

test("a series is planned in one go, and stands on the calendar", async () => {
  const page = await visitor.open("/series/new");
  await page.getByRole("textbox", { name: "Title", exact: true }).fill(NAME);
  await page.getByRole("textbox", { name: "Title of each stream" }).fill("${title}, ${nmber}");
  await page.getByRole("textbox", { name: "At", exact: true }).fill("20:15");
  await page.getByRole("combobox", { name: "Comes again" }).click();
  await page.getByRole("option", { name: "Every other week" }).click();
  const days = page.getByRole("group", { name: "Days of the week" });
  for (const [day, short] of [["monday", "Mon"], ["thursday", "Thu"]] as const) {
    if (!(await days.getByRole("checkbox", { name: day }).isChecked())) await days.getByText(short).click();
  }
  await page.getByRole("combobox", { name: "Tags" }).fill("Workshop");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Plan it" }).click();
  await page.getByText("There is no ${nmber}").first().waitFor();
  expect(new URL(page.url()).pathname).toBe("/series/new");

  const title = page.getByRole("textbox", { name: "Title of each stream" });
  await title.fill("${title}, ");
  await page.getByRole("button", { name: "Insert number" }).click();
  await next(page).getByText(`${NAME}, 1`).waitFor();
  await page.getByRole("button", { name: "Plan it" }).click();
  await page.waitForURL((url) => /^\/series\/(?!new)/.test(url.pathname));
  await next(page).getByText(`${NAME}, 2`).waitFor();

  await page.goto("/series");
  await page.getByRole("button", { name: "Later month" }).click();
  await page.getByText(/^All times on the clocks of/).waitFor();
  await page.getByRole("listitem").getByRole("link", { name: `20:15 ${NAME}` }).first().waitFor();
  await page.getByRole("region", { name: "All series" }).getByRole("link", { name: new RegExp(`^${NAME}`) }).click();
  await page.getByRole("heading", { level: 1, name: NAME }).waitFor();
  await page.context().close();
});

test("the calendar says whose clocks it shows, and the address keeps what is shown", async () => {
  const { id } = await visitor.post<Series>("/api/series", { ...PLAN, title: `Far ${RUN}` });
  const page = await visitor.open("/series?day=2030-01-07&zone=Europe/Berlin");
  await page.getByRole("heading", { name: "January 2030" }).waitFor();
  await page.getByText("All times on the clocks of Europe/Berlin").waitFor();
  await page.getByRole("link", { name: `19:30 Far ${RUN}` }).first().waitFor();
  await page.getByRole("combobox", { name: "Time zone of the calendar" }).fill("Asia/Tokyo");
  await page.getByRole("option", { name: "Asia/Tokyo" }).click();
  await page.getByRole("link", { name: `03:30 Far ${RUN}` }).first().waitFor();
  await page.getByRole("button", { name: "Later month" }).click();
  await page.getByRole("heading", { name: "February 2030" }).waitFor();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ day: "2030-02-01", zone: "Asia/Tokyo" });
  await page.reload();
  await page.getByRole("heading", { name: "February 2030" }).waitFor();
  await page.getByRole("button", { name: "Today" }).click();
  await page.waitForURL((url) => !url.searchParams.has("day"));
  await page.goto(`/series/${id}`);
  await page.getByText("Every week on Monday at 19:30, Europe/Berlin").waitFor();
  await page.context().close();
});

test("one is skipped with a reason, and comes after all", async () => {
  const today = new Date().toISOString().slice(0, 10);
  const { id } = await visitor.post<Series>("/api/series", {
    ...PLAN, title: `Skipping ${RUN}`, zone: "UTC", start: today, time: "23:59", recurrence: { every: "week", interval: 1, days: ["monday", "thursday"] },
  });
  const page = await visitor.open(`/series/${id}`);
  await page.getByRole("button", { name: /^Skip / }).first().click();
  await page.getByLabel("Why").fill("Holidays");
  await page.keyboard.press("Enter");
  await next(page).getByText("Skipped: Holidays").waitFor();
  await next(page).getByRole("button", { name: "Undo" }).click();
  await next(page).getByText("Skipped: Holidays").waitFor({ state: "detached" });
  await page.context().close();
});

test("notes are shown as what they mean, and nothing in them runs", async () => {
  const { id } = await visitor.post<Series>("/api/series", { ...PLAN, title: `Noted ${RUN}`, notes: "# Tonight\n\n<img src=x onerror=\"document.title='run'\">\n\n- **Solder**" });
  const page = await visitor.open(`/series/${id}`);
  await page.getByText("Preview", { exact: true }).click();
  await page.getByRole("heading", { name: "Tonight" }).waitFor();
  await page.locator("strong", { hasText: "Solder" }).waitFor();
  expect(await page.locator("img[src='x']").count()).toBe(0);
  expect(await page.title()).not.toBe("run");
  await page.context().close();
});

test("what is not saved is not lost by accident", async () => {
  const { id } = await visitor.post<Series>("/api/series", { ...PLAN, title: `Careful ${RUN}` });
  const page = await visitor.open(`/series/${id}`);
  await page.getByRole("textbox", { name: "Title", exact: true }).fill(`Careless ${RUN}`);
  await page.getByRole("link", { name: "Series" }).last().click();
  await page.getByRole("button", { name: "Stay" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { level: 1, name: `Careless ${RUN}` }).waitFor();
  await page.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete the series" }).click();
  await page.waitForURL("**/series");
  await page.goto(`/series/${id}`);
  await page.getByRole("heading", { name: "This series could not be shown" }).waitFor();
  await page.context().close();
});

test("the calendar of the plans can be taken along", async () => {
  const page = await visitor.open("/series");
  await page.request.delete("/api/series/calendar/address");
  await page.getByRole("button", { name: "Calendar file" }).click();
  await page.getByRole("button", { name: "Make an address" }).press("Enter");
  const address = page.getByRole("textbox", { name: "Address" });
  await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement);
  const url = await address.inputValue();
  const answer = await fetch(url); // as nobody
  expect(answer.headers.get("content-type")).toContain("text/calendar");
  expect(await answer.text()).toContain("BEGIN:VEVENT");
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByRole("button", { name: "End the address" }).click();
  await page.getByRole("dialog", { name: "End the address?" }).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.textContent === "Calendar file");
  expect((await fetch(url)).status).toBe(404);
  await page.getByRole("button", { name: "Calendar file" }).click();
  await page.getByRole("button", { name: "Make an address" }).waitFor();
  await page.context().close();
});

test("the plan is sent to Twitch by one click, and taken back by another", async () => {
  const today = new Date().toISOString().slice(0, 10);
  const { id } = await visitor.post<Series>("/api/series", {
    ...PLAN, title: `Sent ${RUN}`, zone: "UTC", start: today, time: "23:59", recurrence: { every: "week", interval: 1, days: ["sunday"] }, tags: ["Sent"], language: "de",
  });
  const page = await visitor.open("/connect/twitch");
  await visitor.until<Connections>("/api/connections", ({ items }) => items[0]?.state === "connected");
  const channel = async () => (await (await page.request.get("/api/twitch/channel")).json()) as ChannelInfo;
  const before = await channel();
  await page.goto(`/series/${id}`);
  await page.getByRole("button", { name: "Send to Twitch" }).click();
  await page.getByText("Twitch shows the new title, language, tags").waitFor();
  expect(await channel()).toMatchObject({ title: `Sent ${RUN} #1`, tags: ["Sent"], language: "de", categoryId: before.categoryId });
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(channel).toEqual(before);
  await page.context().close();
});
