/**
 * Pictures of a page, light and dark, wide and narrow, to look at.
 *
 *   tsx apps/examples/web/scripts/screenshots.ts <folder> [page] [milliseconds to wait]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, visit } from "../test/visit.js";

const [folder = "screenshots", path = "regression", wait = "2500"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, width, colorScheme] of [
  ["wide-light", 1280, "light"],
  ["wide-dark", 1280, "dark"],
  ["narrow-light", 320, "light"],
] as const) {
  const { page, errors, close } = await visit(browser, path, "isolated", {
    viewport: { width, height: 900 },
    colorScheme,
  });
  await page.waitForTimeout(Number(wait));
  await page.screenshot({ path: join(folder, `${path}-${name}.png`), fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) console.log(`${name}: ${overflow} px wider than the window`);
  for (const error of errors) console.log(`${name}: ${error}`);
  await close();
}
await browser.close();
