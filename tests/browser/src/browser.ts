/** A headless Chromium that runs programs in pages and listens to their consoles. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { type Program, type Server, startServer, type World } from "./server.js";

/** The path where Debian installs Chromium, or the path in the variable CHROMIUM. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The longest wait for the browser and for a page, in milliseconds. It only ends what hangs, on a busy machine too. */
const PATIENCE = 600_000;

/** A program to run, and the conditions under which it runs. */
export interface Run {
  readonly program: Program;
  readonly world: World;
  /** The place where it runs: the page's own thread, or a worker that the page starts. */
  readonly place?: "page" | "worker";
  readonly parameters?: Readonly<Record<string, string | number>>;
}

/** The outcome of a program. */
export interface Outcome<Result> {
  readonly result: Result;
  readonly crossOriginIsolated: boolean;
  /** The errors on the console and the uncaught errors. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** A browser and the server of its pages. */
export interface Chromium {
  /**
   * Runs a program and returns its outcome.
   *
   * @throws Error if the program throws or the page crashes.
   */
  run<Result>(run: Run): Promise<Outcome<Result>>;
  close(): Promise<void>;
}

/** Starts the browser and the server. */
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
      timeout: PATIENCE,
      args: [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // WebGPU on the processor, where no graphics card is.
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
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
  context.setDefaultTimeout(PATIENCE);
  try {
    const page = await context.newPage();
    const died = new Promise<never>((_, reject) => {
      page.on("crash", () => reject(new Error(`the page died: ${program} in ${world}`)));
      // A program cannot report anything before its script has arrived and been parsed.
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
