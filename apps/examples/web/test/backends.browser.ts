import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, visit } from "./visit.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const done = (page: Page): Promise<void> => page.getByRole("button", { name: "Measure" }).waitFor({ timeout: 60_000 });

const row = (page: Page, key: string) => page.locator(`tr[data-backend="${key}"]`);

const rate = async (page: Page, key: string): Promise<number> =>
  Number((await row(page, key).locator(".backends-rate .backends-number").textContent())!.replace(/,/g, ""));

const used = (page: Page): Promise<void> => page.getByRole("button", { name: "Use it" }).waitFor({ timeout: 30_000 });

/** Stops the measurement of all, and runs a text of the visitor's. */
async function use(page: Page, text: string): Promise<void> {
  await page.getByLabel("Custom backend").fill(text);
  await page.getByRole("button", { name: "Use it" }).click();
}

const counting = (body: string): string => `
import { extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";

const base = createCpuBackend();
export const counts = { products: 0 };
export const backend = extendBackend(base, {
  matmul(a, b, output, epilogue) {
    ${body}
    counts.products++;
    base.matmul(a, b, output, epilogue);
  },
});`;

describe("the Backends page", () => {
  it("measures every backend, while the page stays quick: isolated", async () => {
    const { page, errors, longTasks, forgetLongTasks, close } = await visit(browser, "backends");
    await forgetLongTasks();
    await done(page);
    for (const key of ["wasm-threads", "wasm", "cpu", "interpreted"]) {
      expect(await rate(page, key), key).toBeGreaterThan(0);
    }
    expect(await rate(page, "interpreted")).toBeLessThan(await rate(page, "cpu"));
    expect(await row(page, "wasm-threads").textContent()).toMatch(/[2-8] threads · relaxed SIMD/);
    expect(await row(page, "blas").textContent()).toContain("Node only");
    // All came to the same result.
    expect(await page.getByText("Its result is another one").count()).toBe(0);
    expect(await longTasks()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  it.each(["A matrix product", "An element-wise formula"])("measures other work: %s", async (title) => {
    const { page, errors, close } = await visit(browser, "backends");
    await page.getByLabel("Work").selectOption(title);
    await page.getByRole("heading", { name: title }).waitFor();
    await done(page);
    for (const key of ["wasm-threads", "wasm", "cpu", "interpreted"]) {
      expect(await rate(page, key), key).toBeGreaterThan(0);
    }
    expect(await page.getByText("Its result is another one").count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  it("says which headers threads need: plain", async () => {
    const { page, errors, close } = await visit(browser, "backends", "plain");
    await done(page);
    expect(await row(page, "wasm-threads").textContent()).toMatch(
      /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
    );
    expect(await rate(page, "wasm")).toBeGreaterThan(0);
    expect(await rate(page, "cpu")).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await close();
  });

  it("says which directives are missing, and measures what is left: strict", async () => {
    const { page, errors, close } = await visit(browser, "backends", "strict");
    await done(page);
    expect(await row(page, "wasm").textContent()).toContain("script-src 'wasm-unsafe-eval'");
    expect(await row(page, "wasm-threads").textContent()).toContain("script-src 'wasm-unsafe-eval'");
    expect(await row(page, "cpu").textContent()).toContain("script-src 'unsafe-eval'");
    expect(await rate(page, "interpreted")).toBeGreaterThan(0);
    expect(await page.locator(".backends-note").textContent()).toContain("script-src 'unsafe-eval'");
    expect(await page.getByRole("button", { name: "Use it" }).isDisabled()).toBe(true);
    expect(errors).toEqual([]);
    await close();
  });

  it("stops at once", async () => {
    const { page, close } = await visit(browser, "backends");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Measure" }).waitFor({ timeout: 1000 });
    await page.waitForTimeout(600);
    expect(await page.locator('tr[data-state="measuring"]').count()).toBe(0);
    await close();
  });

  it("uses a backend of the visitor's: 8 products a step, as many as three layers have", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    await use(page, counting(""));
    await used(page);
    const steps = Number(
      /([\d,]+) steps/.exec((await page.locator(".backends-custom").textContent())!)![1]!.replace(/,/g, ""),
    );
    const products = Number((await page.locator(".backends-counts td").textContent())!.replace(/,/g, ""));
    // Three forward; for each of three layers the gradient of its weight, for two that of its input. Three steps come first.
    expect(products).toBe(8 * (steps + 3));
    expect(await rate(page, "custom")).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await close();
  });

  it("has presets that work, and says so when a backend computes something else", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    await page.getByLabel("Work").selectOption("A matrix product");
    await done(page);
    for (const title of ["Count the calls", "Listen to the kernels", "A matrix product in three loops"]) {
      await page.getByLabel("Begin with").selectOption(title);
      await page.getByRole("button", { name: "Use it" }).click();
      await page.locator('tr[data-backend="custom"][data-state="done"]').waitFor({ timeout: 30_000 });
      expect(await rate(page, "custom")).toBeGreaterThan(0);
      expect(await page.locator(".backends-counts tr").count()).toBeGreaterThan(0);
      expect(await page.getByText("Its result is another one").count(), title).toBe(0);
    }
    // The product of b and a.
    await use(page, counting("return base.matmul(b, a, output);"));
    await row(page, "custom").getByText("Its result is another one").waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("shows errors where they happened", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    // Line 9 of the text: the first is empty.
    await use(page, counting("throw new RangeError('too large');"));
    const alert = page.locator(".backends-custom .error");
    await alert.waitFor();
    expect(await alert.textContent()).toBe("line 9: RangeError: too large");
    expect(await page.locator(".editor-line.wrong").textContent()).toContain("too large");
    await use(page, "const a = ;");
    await page.getByText(/^line 1: SyntaxError/).waitFor();
    await use(page, "export const a = 1;");
    await page.getByText("The text exports no backend.").waitFor();
    await use(page, 'import "@lucid/nowhere";');
    await page.getByText('There is no "@lucid/nowhere" in this page.').waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("ends an endless loop, on demand and by itself", async () => {
    const { page, errors, longTasks, forgetLongTasks, close } = await visit(browser, "backends");
    await page.getByRole("button", { name: "Stop" }).click();
    await forgetLongTasks();
    await use(page, counting("for (;;);"));
    await page.waitForTimeout(500);
    await page.locator(".backends-custom").getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Use it" }).waitFor({ timeout: 1000 });
    await use(page, "for (;;);");
    await page.getByText("is there an endless loop?").waitFor({ timeout: 25_000 });
    expect(await longTasks()).toEqual([]);
    await use(page, counting(""));
    await used(page);
    expect(await rate(page, "custom")).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await close();
  });
});
