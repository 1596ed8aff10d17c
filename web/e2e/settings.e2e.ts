/** Accounts: oneself, other people, and programs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { required } from "./machine";
import { Visitor } from "./visitor";

let visitor: Visitor;

beforeAll(async () => {
  visitor = await Visitor.signIn();
});

afterAll(() => visitor?.leave());

const PASSWORD = "a password of some length";

test("somebody is invited, joins by the link, gets another role, and is removed", async () => {
  const guest = `guest-${Date.now()}@example.org`;
  const page = await visitor.open("/settings");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(guest);
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.locator("code").textContent();
  await dialog.getByRole("button", { name: "Done" }).click();
  const people = page.getByRole("list", { name: "People" });
  await people.getByRole("listitem").filter({ hasText: guest }).getByText("Invited as moderator").waitFor();

  const theirs = await visitor.stranger(new URL(link!).pathname + new URL(link!).hash);
  await theirs.getByText(guest).waitFor();
  await theirs.getByLabel(/^Choose a password/).fill(PASSWORD);
  await theirs.getByRole("button", { name: "Join" }).click();
  await theirs.waitForURL("**/streams");
  await theirs.getByRole("link", { name: "Jobs" }).filter({ visible: true }).waitFor();
  expect(await theirs.getByRole("link", { name: "Log", exact: true }).count()).toBe(0);
  await theirs.getByRole("heading", { level: 1, name: "Streams" }).waitFor();
  expect(await theirs.getByRole("button", { name: /^(New stream|(Add|Choose|Upload) a recording)$/ }).count()).toBe(0);
  await theirs.keyboard.press("Control+k");
  await theirs.getByRole("option", { name: /theme/ }).waitFor();
  expect(await theirs.getByRole("option", { name: /^(New stream|Add a recording)$/ }).count()).toBe(0);

  const row = people.getByRole("listitem").filter({ hasText: guest });
  await row.getByRole("combobox", { name: `Role of ${guest}` }).click();
  await page.getByRole("option", { name: "Viewer" }).click();
  await page.getByText(`${guest} is viewer now`).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction((label) => document.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)?.value === "Moderator", `Role of ${guest}`);
  await row.getByRole("button", { name: `Remove ${guest}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await row.waitFor({ state: "detached" });

  await theirs.goto("/streams");
  await theirs.waitForURL(/\/login/);
  await theirs.context().close();
  await page.context().close();
});

test("a link that was used or withdrawn opens nothing, and says so", async () => {
  const page = await visitor.stranger("/invite#token=of-nobody");
  await page.getByRole("heading", { name: "This link does not open" }).waitFor();
  await page.goto("/invite");
  await page.getByRole("heading", { name: "This link does not open" }).waitFor();
  await page.context().close();
});

test("another browser is signed out from here", async () => {
  const other = await Visitor.signIn();
  const page = await visitor.open("/settings");
  const sessions = page.getByRole("list", { name: "Sessions" });
  await sessions.getByText("This one").waitFor();
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.waitForFunction(() => document.querySelectorAll("ul[aria-label=Sessions] > li").length === 1);
  const theirs = await other.open("/settings");
  await theirs.waitForURL(/\/login/);
  await other.leave();
  await page.context().close();
});

test("a wrong current password is told at its field, and changes nothing", async () => {
  const page = await visitor.open("/settings");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByLabel(/^Current password/).fill("not the password");
  await page.getByLabel(/^New password/).fill(PASSWORD);
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("[class*=Input-error], [role=alert]").first().waitFor();
  await page.context().close();
  const again = await Visitor.signIn();
  await again.leave();
});

test("a token is shown once, works, and is revoked", async () => {
  const name = `Script ${Date.now()}`;
  const page = await visitor.open("/settings");
  await page.getByRole("button", { name: "Create a token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create" }).click();
  const token = await dialog.locator("code").textContent();
  await dialog.getByRole("button", { name: "Done" }).click();
  const ask = () => fetch(new URL("/api/me", required("AFTERGLOW_URL")), { headers: { Authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: `Revoke ${name}` }).waitFor({ state: "detached" });
  expect((await ask()).status).toBe(401);
  await page.context().close();
});
