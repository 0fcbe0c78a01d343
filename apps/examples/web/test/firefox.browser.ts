import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchFirefox, visitInFirefox } from "./firefox.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchFirefox();
});
afterAll(() => browser?.close());

/** The accessible name of the focused element. */
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(
    () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? null,
  );

/** Presses Tab until the focused element has the name. */
async function tabTo(page: Page, name: string | RegExp, most = 30): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const at = (await focused(page)) ?? "";
    seen.push(at);
    if (typeof name === "string" ? at === name : name.test(at)) return seen;
  }
  throw new Error(`Tab did not reach ${name}: ${seen.join(", ")}`);
}

describe("in Firefox", () => {
  it("Tab reaches the points as one stop, and keys move the selected point", async () => {
    const { page, errors, close } = await visitInFirefox(browser, "regression");
    await page.waitForSelector(".regression-point");
    await tabTo(page, "Point 1 of 24");
    await page.keyboard.press("End");
    expect(await focused(page)).toBe("Point 24 of 24");
    await page.keyboard.press("ArrowUp");
    // A fiftieth of the 26 that the plot shows.
    const y = await page.evaluate(() => Number(document.activeElement!.getAttribute("aria-valuenow")));
    expect(y).toBeCloseTo(2.9 + 0.52, 6);
    const seen = await tabTo(page, "Add a point");
    expect(seen.filter((name) => name.startsWith("Point"))).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  it("Tab reaches the drawing pad, and keys draw on it", async () => {
    const { page, errors, close } = await visitInFirefox(browser, "digits");
    await page.waitForSelector(".digits-pad svg");
    await tabTo(page, "Drawing pad");
    for (const key of ["Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Enter"] as const)
      await page.keyboard.press(key);
    await page.waitForSelector(".digits-pad .ink");
    expect(await page.$eval(".digits-pad .ink", (ink) => ink.getAttribute("d"))).toBe("M30 20L30 25L30 30L30 35");
    expect(errors).toEqual([]);
    await close();
  });

  it("opens every page without an error", async () => {
    const { page, errors, close } = await visitInFirefox(browser, "regression");
    for (const [path, title] of [
      ["digits", "Digits"],
      ["backends", "Backends"],
      ["examples", "Documentation examples"],
    ] as const) {
      await page.evaluate((to) => {
        location.hash = `#/${to}`;
      }, path);
      await page.waitForFunction((text) => document.querySelector("h1")?.textContent === text, {}, title);
    }
    expect(errors).toEqual([]);
    await close();
  });
});
