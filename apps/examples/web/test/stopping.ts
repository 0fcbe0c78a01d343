/** What the pages that train have to do when the visitor presses Stop. */
import type { Page } from "playwright-core";

/**
 * Presses Stop. Returns the text of the button when the click has been handled, and nothing else: no message of the worker,
 * no timer and no frame can have come in between.
 */
export const pressStop = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Stop")!;
    button.click();
    // Preact renders in a microtask.
    for (let i = 0; i < 20; i++) await Promise.resolve();
    return button.textContent;
  });

/** Reads a number until it is the same twice, half a second apart. It is, once the worker has heard of the stop. */
export async function settled(page: Page, read: (page: Page) => Promise<number>): Promise<number> {
  for (let before = await read(page); ; ) {
    await page.waitForTimeout(500);
    const now = await read(page);
    if (now === before) return now;
    before = now;
  }
}
