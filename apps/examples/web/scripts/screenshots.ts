/**
 * Takes pictures of a page: light and dark, wide and narrow.
 *
 *   tsx apps/examples/web/scripts/screenshots.ts <folder> [page] [milliseconds to wait]
 *
 * Without a folder it takes the picture for the READMEs, `apps/examples/web/screenshot.png`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { launch, visit } from "../test/visit.js";

const [folder, path = "regression", wait = "2500"] = process.argv.slice(2);
const browser = await launch();

async function picture(file: string, options: BrowserContextOptions, fullPage: boolean): Promise<void> {
  const { page, errors, close } = await visit(browser, path, "isolated", options);
  await page.waitForTimeout(Number(wait));
  await page.screenshot({ path: file, fullPage });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) console.log(`${file}: ${overflow} px wider than the window`);
  for (const error of errors) console.log(`${file}: ${error}`);
  await close();
}

if (folder === undefined) {
  const file = fileURLToPath(new URL("../screenshot.png", import.meta.url));
  await picture(file, { viewport: { width: 1180, height: 760 }, colorScheme: "light" }, false);
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, width, colorScheme] of [
    ["wide-light", 1280, "light"],
    ["wide-dark", 1280, "dark"],
    ["narrow-light", 390, "light"],
  ] as const) {
    const options = { viewport: { width, height: 900 }, colorScheme };
    await picture(join(folder, `${path}-${name}.png`), options, true);
  }
}
await browser.close();
