/** A person at a browser: signs in, adds the sample recording, looks at pages. */
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { vi } from "vitest";
import type { Clip } from "../src/gen/api";
import { CHROMIUM, required } from "./machine";

const PREPARED = 150_000;

/** The sequence of a position on FACTS; 0 for any other. */
const sequence = (position = "") => Number(/^FACTS\/(\d+)$/.exec(position)?.[1] ?? 0);

export class Visitor {
  /** How far the log was when this visitor was last answered: what they ask next is no older. */
  private position = 0;

  private constructor(
    private readonly browser: Browser,
    private readonly session: Awaited<ReturnType<BrowserContext["storageState"]>>,
  ) {}

  /** Opens a browser and signs in as the owner, through the sign-in page. */
  static async signIn(): Promise<Visitor> {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
    });
    const context = await browser.newContext({ baseURL: required("AFTERGLOW_URL") });
    const page = await context.newPage();
    await page.goto("/jobs");
    await page.getByLabel("E-mail").fill(required("AFTERGLOW_OWNER_EMAIL"));
    await page.getByLabel("Password").first().fill(required("AFTERGLOW_OWNER_PASSWORD"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/jobs");
    const visitor = new Visitor(browser, await context.storageState());
    await context.close();
    return visitor;
  }

  /** A window of its own, as if in another browser, signed in. */
  async open(path: string, options: BrowserContextOptions & { theme?: string } = {}): Promise<Page> {
    const { theme, ...rest } = options;
    const context = await this.browser.newContext({ baseURL: required("AFTERGLOW_URL"), storageState: this.session, ...rest });
    // Nobody can choose in the window that the browser opens for this; a file input is what tests can fill.
    await context.addInitScript(() => Object.assign(window, { showOpenFilePicker: undefined, showDirectoryPicker: undefined }));
    if (theme) await context.addInitScript((chosen) => localStorage.setItem("afterglow.theme", chosen), theme);
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  /** A window of somebody who is not signed in. */
  async stranger(path: string): Promise<Page> {
    return this.open(path, { storageState: { cookies: [], origins: [] } });
  }

  /** Tells the server something as the page would, and hands over its answer. */
  async post<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("POST", path, body);
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PATCH", path, body);
  }

  /** Sends a file as a program would; `about` is what else is told of it. */
  async sendFile(name: string, content: Buffer, about: { title?: string; streamId?: string; startedAt?: string }): Promise<Clip> {
    const upload = await this.post<{ id: string; partSize: number; parts: { number: number; url: string }[] }>("/api/uploads", {
      name, size: content.length, contentType: "application/octet-stream", ...about,
    });
    for (const { number, url } of upload.parts) {
      const body = content.subarray((number - 1) * upload.partSize, number * upload.partSize);
      const answer = await fetch(url, { method: "PUT", body: new Uint8Array(body) });
      if (!answer.ok) throw new Error(`part ${number} of ${name}: ${answer.status}`);
    }
    return this.post<Clip>(`/api/uploads/${upload.id}/complete`, {});
  }

  private async send<T>(method: string, path: string, data: unknown): Promise<T> {
    const baseURL = required("AFTERGLOW_URL");
    const context = await this.browser.newContext({ baseURL, storageState: this.session, extraHTTPHeaders: { Origin: baseURL } });
    const answer = await context.request.fetch(path, { method, data, headers: this.headers() });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    this.position = Math.max(this.position, sequence(answer.headers()["afterglow-position"]));
    const told = (await answer.json()) as T;
    await context.close();
    return told;
  }

  private headers(): Record<string, string> {
    return this.position > 0 ? { "Afterglow-Min-Position": `FACTS/${this.position}` } : {};
  }

  /** Adds the sample recording as a person would, waits until it can be watched, and tells what became of it. */
  async addSample(): Promise<Clip> {
    const page = await this.open("/streams");
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /^(Add|Choose) a recording$/ }).click();
    await (await choosing).setFiles(required("AFTERGLOW_SAMPLE"));
    const tray = page.getByRole("region", { name: "Uploads" });
    await tray.getByText(/^(Ready|You already had this one)$/).waitFor({ timeout: PREPARED });
    await tray.getByRole("link", { name: "Open" }).click();
    await page.waitForURL(/\/streams\/[^/?]+/);
    const streamId = new URL(page.url()).pathname.split("/").at(-1)!;
    await page.context().close();
    const packaged = ({ state }: Clip) => state === "packaged";
    // What is pushed to a page may be ahead of what the lists say.
    const { items } = await this.until<{ items: Clip[] }>(`/api/clips?stream=${streamId}`, (told) => told.items.some(packaged));
    return items.find(packaged)!;
  }

  /** Asks the server until its answer is what one waits for, as long as work on a recording may take. */
  async until<T>(path: string, holds: (told: T) => boolean): Promise<T> {
    const context = await this.browser.newContext({ baseURL: required("AFTERGLOW_URL"), storageState: this.session });
    const ask = async () => {
      // What throws would end the waiting: a network that is away for a moment is no answer yet.
      const answer = await context.request.get(path, { headers: this.headers() }).catch(() => undefined);
      const told = answer?.ok() ? ((await answer.json()) as T) : undefined;
      return told !== undefined && holds(told) && { told };
    };
    const { told } = await vi.waitUntil(ask, { timeout: PREPARED, interval: 300 }).catch((error: unknown) => {
      throw new Error(`${path} does not come to what is waited for`, { cause: error });
    });
    await context.close();
    return told;
  }

  async leave(): Promise<void> {
    await this.browser.close();
  }
}
