/** A page of the web app in Firefox, for what Firefox alone does differently. */
import { existsSync } from "node:fs";
import { type Browser, launch, type Page } from "puppeteer-core";
import { serveBuilt } from "./server.js";
import { PATIENCE } from "./visit.js";

/** The path where Debian installs Firefox, or the path in the variable FIREFOX. */
function findFirefox(): string {
  const places = [process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) {
    throw new Error("Firefox is missing. On Debian: apt-get install firefox-esr; elsewhere set FIREFOX to its path.");
  }
  return found;
}

export async function launchFirefox(): Promise<Browser> {
  return await launch({
    browser: "firefox",
    executablePath: findFirefox(),
    headless: true,
    timeout: PATIENCE,
    protocolTimeout: PATIENCE,
  });
}

export interface FirefoxVisit {
  readonly page: Page;
  /** Uncaught errors of the page. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Opens `#/<path>` of the built app. */
export async function visitInFirefox(browser: Browser, path: string): Promise<FirefoxVisit> {
  const served = await serveBuilt("isolated");
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${served.address}#/${path}`);
  await page.waitForSelector("h1");
  return {
    page,
    errors,
    async close() {
      await page.close();
      await served.close();
    },
  };
}
