import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchTasks } from "./long-tasks.js";
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

  it("the tests notice a long task, and not the same work in short tasks", async () => {
    const { page, close } = await visit(browser, "");
    const working = (units: number, tasks: number): Promise<void> =>
      page.evaluate(
        async ([perTask, count]) => {
          for (let task = 0; task < count; task++) {
            await new Promise<void>((resolve) => {
              setTimeout(() => {
                for (let i = 0; i < perTask; i++) globalThis.workAUnit("work of the test");
                resolve();
              });
            });
          }
        },
        [units, tasks] as const,
      );
    const whileApart = await watchTasks(page);
    await working(1, 50);
    expect(await whileApart()).toEqual([]);
    const whileTogether = await watchTasks(page);
    await working(50, 1);
    expect(await whileTogether()).toEqual([expect.stringContaining("a unit")]);
    await close();
  });

  it("no page is wider than a window of 320 pixels", async () => {
    const { page, close } = await visit(browser, "", "isolated", { viewport: { width: 320, height: 640 } });
    for (const link of await page.getByRole("navigation").getByRole("link").all()) {
      await link.click();
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
    await close();
  });

  it.each(["light", "dark"] as const)(
    "text stands out by 4.5 to 1, and every control has a name: %s",
    async (colorScheme) => {
      const { page, close } = await visit(browser, "", "isolated", { colorScheme });
      for (const link of await page.getByRole("navigation").getByRole("link").all()) {
        await link.click();
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForTimeout(500);
        expect(await page.evaluate(findFaint)).toEqual([]);
        expect(await page.evaluate(findNameless)).toEqual([]);
      }
      await close();
    },
  );
});

/** In the page: texts whose colour is less than 4.5 times as light or dark as what lies behind. */
function findFaint(): string[] {
  // A canvas knows every way to write a colour.
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", {
    willReadFrequently: true,
  })!;
  /** What colours that lie on each other, the lowest first, look like. */
  const mix = (colours: readonly string[]): readonly number[] => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of ["white", ...colours]) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour: readonly number[]): number => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const behind = (element: Element): string[] => {
    const found: string[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      found.unshift(getComputedStyle(at).backgroundColor);
    }
    return found;
  };
  const faint: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent!.trim();
    const element = walker.currentNode.parentElement!;
    const style = getComputedStyle(element);
    if (text === "" || style.visibility === "hidden" || element.closest("title, option, noscript, script") !== null)
      continue;
    const ground = behind(element);
    const [a, b] = [
      luminance(mix([...ground, element instanceof SVGElement ? style.fill : style.color])),
      luminance(mix(ground)),
    ];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)} (${element.className})`);
  }
  return faint;
}

/** In the page: controls that a screen reader could not name. */
function findNameless(): string[] {
  return [...document.querySelectorAll("button, a, input, select, textarea, progress, [role], [tabindex='0']")]
    .filter((element) => {
      if (element.getAttribute("aria-label") || element.textContent!.trim() !== "") return false;
      const labelled = element.getAttribute("aria-labelledby");
      if (labelled !== null && document.getElementById(labelled) !== null) return false;
      return !((element as HTMLInputElement).labels?.length ?? 0);
    })
    .map(({ outerHTML }) => outerHTML.slice(0, 100));
}
