import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, visit } from "./visit.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe("the shell", () => {
  it.each(["isolated", "plain", "strict"] as const)("opens every page: %s", async (conditions) => {
    const { page, errors, close } = await visit(browser, "", conditions);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(conditions !== "plain");
    const links = page.getByRole("navigation").getByRole("link");
    for (const link of await links.all()) {
      const title = await link.textContent();
      await link.click();
      await page.waitForFunction((text) => document.title === `${text} · lucid`, title);
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await link.getAttribute("aria-current")).toBe("page");
    }
    expect(errors).toEqual([]);
    await close();
  });

  it("an unknown address opens the first page", async () => {
    const { page, close } = await visit(browser, "nowhere");
    expect(await page.title()).toBe("Robust regression · lucid");
    await close();
  });

  it("no page is wider than a window of 320 px", async () => {
    const { page, close } = await visit(browser, "", "isolated", { viewport: { width: 320, height: 640 } });
    for (const link of await page.getByRole("navigation").getByRole("link").all()) {
      await link.click();
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
    await close();
  });
});
