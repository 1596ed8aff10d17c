/** Twitch is connected in a browser, by a code, again after it was lost, and ended. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { happen } from "./twitch";
import { Visitor } from "./visitor";

let visitor: Visitor;

beforeAll(async () => {
  visitor = await Visitor.signIn();
});

afterAll(() => visitor?.leave());

/** Ends the connection that there may be. */
async function disconnect(page: Page) {
  const twitch = page.getByRole("region", { name: "Twitch" });
  await twitch.getByRole("button", { name: /^(Disconnect|Get a code)$/ }).or(twitch.getByText("Waiting for you at Twitch")).first().waitFor();
  if (await twitch.getByRole("button", { name: "Disconnect" }).count() === 0) return;
  await twitch.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await twitch.getByRole("button", { name: "Get a code" }).waitFor();
}

test("in the browser: to Twitch and back, and then what happens is heard", async () => {
  const page = await visitor.open("/settings/connections");
  await disconnect(page);
  await page.getByRole("link", { name: "Connect Twitch" }).click();
  await page.waitForURL("**/settings/connections?twitch=connected");
  await page.getByText("Connected and heard").waitFor();
  await page.getByRole("button", { name: "What they are for" }).click();
  await page.getByRole("list", { name: "Permissions" }).getByText("Reads the chat").waitFor();
  await page.getByRole("button", { name: "Try again now" }).click();
  await page.getByText("Twitch still knows Afterglow.").waitFor();
  await page.context().close();
});

test("by a code, which the page sees being used by itself", async () => {
  const page = await visitor.open("/settings/connections");
  await disconnect(page);
  await page.getByRole("button", { name: "Get a code" }).click();
  const address = await page.getByRole("link", { name: "Open Twitch" }).getAttribute("href");
  await page.getByText("Waiting for you at Twitch").waitFor();
  expect((await fetch(address!)).status).toBe(200);
  await page.getByText("Connected and heard").waitFor();
  await page.context().close();
});

test("what Twitch has taken back is told, on the live page too, and one click connects again", async () => {
  const page = await visitor.open("/live");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("status").filter({ hasText: "Connected" }).first().waitFor();
  await happen("disconnect");
  await page.getByRole("alert").getByText("The connection to Twitch is lost.").waitFor();
  await page.getByRole("link", { name: "Connect again" }).click();
  const twitch = page.getByRole("region", { name: "Twitch" });
  await twitch.getByText("Connection lost", { exact: true }).waitFor();
  await twitch.getByRole("link", { name: "Connect again" }).click();
  await page.getByText("Connected and heard").waitFor();
  await page.context().close();
});

test("the redirect URL for another application stands there, and a set one goes first", async () => {
  const page = await visitor.open("/settings/connections");
  await disconnect(page);
  await page.getByRole("button", { name: "Use another" }).click();
  await page.getByText(/^http.*\/connect\/twitch$/).waitFor();
  await page.getByLabel(/^Client ID/).fill("another");
  await page.getByLabel(/^Client secret/).fill("secret");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await page.getByRole("alert").getByText(/TWITCH_CLIENT_ID/).waitFor();
  await page.context().close();
});
