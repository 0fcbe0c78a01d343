/** A headless Chromium that runs programs in pages and listens to their consoles. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { type Program, type Server, startServer, type World } from "./server.js";

/** Debian's place for it; `CHROMIUM` names another. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Where a program runs, and what it is told. */
export interface Run {
  readonly program: Program;
  readonly world: World;
  /** In the page's own thread, or in a worker that the page starts. */
  readonly place?: "page" | "worker";
  readonly parameters?: Readonly<Record<string, string | number>>;
}

/** What came of a program. */
export interface Outcome<Result> {
  readonly result: Result;
  readonly crossOriginIsolated: boolean;
  /** Errors on the console and uncaught ones. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** A browser and the server of its pages. */
export interface Chromium {
  /** @throws Error if the program throws, or the page dies. */
  run<Result>(run: Run): Promise<Outcome<Result>>;
  close(): Promise<void>;
}

/** Starts both. */
export async function startChromium(): Promise<Chromium> {
  if (!existsSync(executablePath)) {
    throw new Error(`no Chromium at ${executablePath}: apt-get install chromium, or name one in the variable CHROMIUM`);
  }
  const server = await startServer();
  try {
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      chromiumSandbox: false,
      args: [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return {
      run: (run) => runIn(browser, server, run),
      close: async () => {
        await browser.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

let runs = 0;

async function runIn<Result>(browser: Browser, server: Server, run: Run): Promise<Outcome<Result>> {
  const { program, world, place = "page", parameters = {} } = run;
  const id = String(++runs);
  const errors: string[] = [];
  const warnings: string[] = [];
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const died = new Promise<never>((_, reject) => {
      page.on("crash", () => reject(new Error(`the page died: ${program} in ${world}`)));
      // Before a program can report, its script has to arrive and be parsed.
      page.on("requestfailed", (request) => reject(new Error(`${request.url()}: ${request.failure()?.errorText}`)));
    });
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error") errors.push(text);
      else if (message.type() === "warning") warnings.push(text);
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    const search = new URLSearchParams({ id, place });
    for (const [name, value] of Object.entries(parameters)) search.set(name, String(value));
    const reported = server.report(id);
    await page.goto(`${server.origin}/${world}/${program}.html?${search}`);
    const { result, error, crossOriginIsolated } = await Promise.race([reported, died]);
    if (error !== undefined) throw new Error(`${program} in ${world}: ${error}`);
    return { result: result as Result, crossOriginIsolated, errors, warnings };
  } finally {
    await context.close();
  }
}
