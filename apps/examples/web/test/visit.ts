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
  /** Begins to watch the main thread. */
  forgetLongTasks(): Promise<void>;
  /**
   * The main thread's long tasks since then, in milliseconds. What a PerformanceObserver calls long took more than 50; of
   * these the ones count that worked for more than 50, by the processor's clock: on a busy machine any task may have
   * to wait for a processor.
   */
  longTasks(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** A trace of all tasks of the browser's pages, until it is ended; then the milliseconds that each worked. */
async function traceTasks(browser: Browser): Promise<() => Promise<readonly number[]>> {
  interface TraceEvent {
    readonly name: string;
    readonly pid: number;
    readonly tid: number;
    /** Its time on the processor, in microseconds. */
    readonly tdur?: number;
    readonly args: { readonly name?: string };
  }
  const events: TraceEvent[] = [];
  const session = await browser.newBrowserCDPSession();
  session.on("Tracing.dataCollected", ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel"], excludedCategories: ["*"] },
  });
  return async () => {
    const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Tracing.end");
    await complete;
    await session.detach();
    const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
    const pages = new Set(
      events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread),
    );
    const tasks = events.filter((event) => event.name.endsWith("RunTask") && pages.has(thread(event)));
    if (tasks.length === 0) throw new Error("The trace holds no task of the page: it would not show a long one.");
    return tasks.map(({ tdur = 0 }) => tdur / 1000);
  };
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
  let endTrace: (() => Promise<readonly number[]>) | undefined;
  return {
    page,
    errors,
    async forgetLongTasks() {
      await endTrace?.();
      endTrace = await traceTasks(browser);
      await page.evaluate(() => {
        (globalThis as unknown as { longTasks: number[] }).longTasks.length = 0;
      });
    },
    async longTasks() {
      const worked = await endTrace?.();
      endTrace = undefined;
      if (worked === undefined) throw new Error("Nothing was watched: call forgetLongTasks() first.");
      const observed = await page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks.length);
      return observed === 0 ? [] : worked.filter((milliseconds) => milliseconds > 50);
    },
    async close() {
      await endTrace?.();
      await context.close();
      await served.close();
    },
  };
}
