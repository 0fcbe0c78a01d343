import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchTasks } from "./long-tasks.js";
import { launch, visit } from "./visit.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const done = (page: Page): Promise<void> => page.getByRole("button", { name: "Measure" }).waitFor();

const row = (page: Page, key: string) => page.locator(`tr[data-backend="${key}"]`);

const rate = async (page: Page, key: string): Promise<number> =>
  Number((await row(page, key).locator(".backends-rate .backends-number").textContent())!.replace(/,/g, ""));

const used = (page: Page): Promise<void> => page.getByRole("button", { name: "Run" }).waitFor();

/** Stops the measurement of all, and runs a text of the visitor's. */
async function use(page: Page, text: string): Promise<void> {
  await page.getByLabel("Custom backend").fill(text);
  await page.getByRole("button", { name: "Run" }).click();
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
  it("measures every backend while the page stays responsive: isolated", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    const longTasks = await watchTasks(page);
    await done(page);
    for (const key of ["wasm-threads", "wasm", "webgpu", "cpu", "interpreted"]) {
      expect(await rate(page, key), key).toBeGreaterThan(0);
    }
    expect(await row(page, "wasm-threads").textContent()).toMatch(/[2-8] threads · relaxed SIMD/);
    expect(await row(page, "blas").textContent()).toContain("can’t run in a browser");
    expect(await row(page, "webgpu").textContent()).toMatch(/swiftshader.*, on the processor/i);
    expect(await page.locator(".backends-abilities").textContent()).toMatch(/Adapter: .*swiftshader.* [\d,]+ MiB/i);
    // All came to the same result.
    expect(await page.getByText("Its result is wrong").count()).toBe(0);
    expect(await longTasks()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  it.each(["Matrix product", "Element-wise formula"])("measures other tasks: %s", async (title) => {
    const { page, errors, close } = await visit(browser, "backends");
    await page.getByLabel("Task").selectOption(title);
    await page.getByRole("heading", { name: title }).waitFor();
    await done(page);
    for (const key of ["wasm-threads", "wasm", "webgpu", "cpu", "interpreted"]) {
      expect(await rate(page, key), key).toBeGreaterThan(0);
    }
    expect(await page.getByText("Its result is wrong").count()).toBe(0);
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

  it("says which directives are missing, and measures the remaining backend: strict", async () => {
    const { page, errors, close } = await visit(browser, "backends", "strict");
    await done(page);
    expect(await row(page, "wasm").textContent()).toContain("script-src 'wasm-unsafe-eval'");
    expect(await row(page, "wasm-threads").textContent()).toContain("script-src 'wasm-unsafe-eval'");
    expect(await row(page, "cpu").textContent()).toContain("script-src 'unsafe-eval'");
    expect(await rate(page, "interpreted")).toBeGreaterThan(0);
    expect(await page.locator(".backends-note").textContent()).toContain("script-src 'unsafe-eval'");
    expect(await page.getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    expect(errors).toEqual([]);
    await close();
  });

  it("stops at once", async () => {
    const { page, close } = await visit(browser, "backends");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Measure" }).waitFor();
    await page.waitForTimeout(600);
    expect(await page.locator('tr[data-state="measuring"]').count()).toBe(0);
    await close();
  });

  it("runs a custom backend, which counts the 8 matrix products per step of three layers", async () => {
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

  it("has presets that work, and says when the result of a backend is wrong", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    await page.getByLabel("Task").selectOption("Matrix product");
    await done(page);
    for (const title of ["Count the calls", "List the kernels", "A matrix product in three loops"]) {
      await page.getByLabel("Start from").selectOption(title);
      await page.getByRole("button", { name: "Run" }).click();
      await page.locator('tr[data-backend="custom"][data-state="done"]').waitFor();
      expect(await rate(page, "custom")).toBeGreaterThan(0);
      expect(await page.locator(".backends-counts tr").count()).toBeGreaterThan(0);
      expect(await page.getByText("Its result is wrong").count(), title).toBe(0);
    }
    // The product of b and a.
    await use(page, counting("return base.matmul(b, a, output);"));
    await row(page, "custom").getByText("Its result is wrong").waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("says that a custom backend is wrong even if no other backend has been measured", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await page.locator('tr[data-state="done"]').count()).toBe(0);
    // Without products the loss is that of chance. Without the bias alone it would agree within the tolerance.
    await use(page, counting("return;"));
    await row(page, "custom").getByText("Its result is wrong").waitFor();
    await use(page, counting(""));
    await page.locator('tr[data-backend="custom"][data-state="done"]').waitFor();
    expect(await page.getByText("Its result is wrong").count()).toBe(0);
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
    expect(await page.locator(".cm-line.wrong").textContent()).toContain("too large");
    await use(page, "const a = ;");
    await page.getByText(/^line 1: SyntaxError/).waitFor();
    await use(page, "export const a = 1;");
    await page.getByText("The code exports no backend.").waitFor();
    await use(page, 'import "@lucid/nowhere";');
    await page.getByText('This page has no "@lucid/nowhere".').waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("ends an endless loop when the visitor stops it, and by itself", async () => {
    const { page, errors, close } = await visit(browser, "backends");
    await page.getByRole("button", { name: "Stop" }).click();
    await use(page, counting("for (;;);"));
    await page.waitForTimeout(500);
    await page.locator(".backends-custom").getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Run" }).waitFor();
    await use(page, "for (;;);");
    await page.getByText("Is there an endless loop?").waitFor();
    await use(page, counting(""));
    await used(page);
    expect(await rate(page, "custom")).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await close();
  });
});
