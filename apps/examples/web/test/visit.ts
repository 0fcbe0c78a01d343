/** A page of the web app in Chromium, with the observations that all tests need. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Conditions, type Served, serveBuilt } from "./server.js";

/** The path where Debian installs Chromium, or the path in the variable CHROMIUM. */
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
    timeout: PATIENCE,
    args: [
      "--no-sandbox",
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
}

/** The longest wait for anything that a page has to show, in milliseconds. It only ends what hangs, on a busy machine too. */
export const PATIENCE = 1_800_000;

export interface Visit {
  readonly page: Page;
  /** The errors of the console and the page, in the order in which they came. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Opens `#/<path>` of the built app under the given conditions. */
export async function visit(
  browser: Browser,
  path: string,
  conditions: Conditions = "isolated",
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const served: Served = await serveBuilt(conditions);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => errors.push(`page: ${error.message}`));
  page.on("requestfailed", (request) => errors.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  await page.goto(`${served.address}#/${path}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return {
    page,
    errors,
    async close() {
      await context.close();
      await served.close();
    },
  };
}
