/** A page of the web app in Chromium, and what a test asks of every page. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Conditions, type Served, serveBuilt } from "./server.js";

/** Where Debian, or the variable CHROMIUM, has it. */
function findChromium(): string {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) {
    throw new Error("Chromium is missing. On Debian: apt-get install chromium; elsewhere set CHROMIUM to its path.");
  }
  return found;
}

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Visit {
  readonly page: Page;
  /** What the console and the page reported as errors, in the order in which it came. */
  readonly errors: readonly string[];
  /** The longest tasks of the main thread so far, in milliseconds, those over 50 only. */
  longTasks(): Promise<readonly number[]>;
  /** Begins to watch the main thread anew. */
  forgetLongTasks(): Promise<void>;
  close(): Promise<void>;
}

/** Opens `#/<path>` of what was built, under the given conditions. */
export async function visit(
  browser: Browser,
  path: string,
  conditions: Conditions = "isolated",
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const served: Served = await serveBuilt(conditions);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => errors.push(`page: ${error.message}`));
  page.on("requestfailed", (request) => errors.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
  });
  await page.goto(`${served.address}#/${path}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return {
    page,
    errors,
    longTasks: () => page.evaluate(() => [...(globalThis as unknown as { longTasks: number[] }).longTasks]),
    forgetLongTasks: () =>
      page.evaluate(() => {
        (globalThis as unknown as { longTasks: number[] }).longTasks.length = 0;
      }),
    async close() {
      await context.close();
      await served.close();
    },
  };
}
