import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, visit } from "./visit.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const COUNT = /^\d+ of \d+ give what is documented\.$/;

/** Runs all examples; gives how many there are, and those that gave something else. */
async function runAll(page: Page): Promise<{ readonly all: number; readonly good: number; readonly wrong: string[] }> {
  await page.getByRole("button", { name: /^Run all/ }).click();
  const said = page.getByText(COUNT);
  await said.waitFor({ timeout: 400_000 });
  const [good, all] = (await said.textContent())!.match(/\d+/g)!.map(Number);
  await page.evaluate(() => {
    for (const group of document.querySelectorAll<HTMLDetailsElement>(".examples-groups details")) group.open = true;
  });
  await page.waitForTimeout(300);
  const wrong = await page
    .locator(".examples-groups button:has(.examples-mark.wrong) .examples-subject")
    .allTextContents();
  return { all: all!, good: good!, wrong };
}

const outcomes = (page: Page): Promise<string[]> => page.locator(".examples-outcomes code").allTextContents();

async function edit(page: Page, text: string): Promise<void> {
  await page.getByLabel(/^Code of the example/).fill(text);
  await page.locator(".examples-one").getByRole("button", { name: "Run" }).click();
}

describe("the documentation's examples", () => {
  it("give what is documented, every one, while the page stays quick: isolated", { timeout: 500_000 }, async () => {
    const { page, errors, longTasks, forgetLongTasks, close } = await visit(browser, "examples");
    await page.locator(".examples-good").first().waitFor();
    await forgetLongTasks();
    await page.getByRole("button", { name: /^Run all/ }).click();
    await page.waitForTimeout(5000);
    expect(await longTasks()).toEqual([]);
    await page.getByRole("button", { name: "Stop" }).click();
    const { all, good, wrong } = await runAll(page);
    expect(wrong).toEqual([]);
    expect(good).toBe(all);
    expect(all).toBeGreaterThan(280);
    expect(errors).toEqual([]);
    await close();
  });

  it("run as documented where the page forbids eval, but for those that ask for wasm: strict", {
    timeout: 500_000,
  }, async () => {
    const { page, errors, close } = await visit(browser, "examples", "strict");
    expect(await page.locator(".examples-all").textContent()).toContain("script-src 'wasm-unsafe-eval'");
    const { all, wrong } = await runAll(page);
    expect(all).toBeGreaterThan(280);
    expect(new Set(wrong)).toEqual(
      new Set([
        "lucid: Which backend @lucid/lucid takes",
        "Backends in depth",
        "@lucid/backend-wasm",
        "createWasmBackend",
        "The backend",
      ]),
    );
    const editor = page.getByLabel(/^Code of the example/);
    await editor.fill("1 + 1;");
    expect(await page.locator(".examples-one .examples-note").textContent()).toContain("script-src 'unsafe-eval'");
    expect(await page.locator(".examples-one").getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    expect(await page.locator(".examples-formula").textContent()).toContain("script-src 'unsafe-eval'");
    expect(errors).toEqual([]);
    await close();
  });

  it("run without shared memory: plain", async () => {
    const { page, errors, close } = await visit(browser, "examples?nn/HuberLoss", "plain");
    await page.locator(".examples-good").first().waitFor();
    expect(await page.locator(".examples-outcomes .wrong").count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  it("are found by name and by text, and each has an address", async () => {
    const { page, close } = await visit(browser, "examples?tensor/matmul");
    await page.getByRole("heading", { name: "matmul" }).waitFor();
    await page.getByLabel("Search").fill("huberloss");
    const first = page.locator(".examples-groups button").first();
    expect((await first.textContent())!.toLowerCase()).toContain("huberloss");
    await first.click();
    await page
      .locator(".examples-one")
      .getByRole("heading", { name: /huberloss/i })
      .first()
      .waitFor();
    expect(page.url()).toMatch(/#\/examples\?nn\/huberloss/i);
    await page.getByLabel("Search").fill("no such words");
    await page.getByText("Nothing has all of these words.").waitFor();
    await close();
  });

  it("that need Node say why", async () => {
    const { page, close } = await visit(browser, "examples?backend-blas/createBlasBackend");
    await page.getByText("It needs Node: BLAS is a library of the system").waitFor();
    expect(await page.locator(".examples-one").getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    await close();
  });

  it("can be changed: types are stripped, values and texts are shown", async () => {
    const { page, errors, close } = await visit(browser, "examples?tensor/matmul");
    await edit(
      page,
      [
        'import { tensor, type Tensor } from "@lucid/tensor";',
        "const double = (x: Tensor): Tensor => x.mul(2);",
        "double(tensor([1, 2])); // → Tensor([2, 4])",
        'console.log("sum", double(tensor([1, 2])).sum().item());',
        "interface Pair { readonly a: number }",
        "const pair = { a: 7 } satisfies Pair;",
        "pair.a * 6;",
      ].join("\n"),
    );
    await page.getByText("42", { exact: true }).waitFor();
    expect(await outcomes(page)).toEqual(["Tensor([2, 4])", "sum 6", "42"]);
    expect(await page.locator(".examples-where").allTextContents()).toEqual(["line 3", "line 4", "line 7"]);
    await page.getByRole("button", { name: "As documented" }).click();
    await page.locator(".examples-good").first().waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("show errors where they happened", async () => {
    const { page, errors, close } = await visit(browser, "examples?tensor/matmul");
    await edit(page, "const f = (): void => {\n  tensor([[1, 2]]).matmul(tensor([[1, 2]]));\n};\n\nf();");
    const wrong = page.locator(".examples-outcomes .wrong");
    await wrong.waitFor();
    expect(await wrong.textContent()).toMatch(/line 2\s*ShapeError: \[matmul\] .*\[1, 2\] · \[1, 2\]/s);
    expect(await page.locator(".editor-line.wrong").textContent()).toContain("matmul");
    await edit(page, "tensor([1])\nconst = 2;");
    await page.getByText("SyntaxError").waitFor();
    expect(await wrong.textContent()).toContain("line 2");
    expect(errors).toEqual([]);
    await close();
  });

  it("are stopped when they do not end", async () => {
    const { page, errors, longTasks, forgetLongTasks, close } = await visit(browser, "examples?tensor/matmul");
    await page.locator(".examples-good").first().waitFor();
    await forgetLongTasks();
    await edit(page, "for (;;);");
    await page.getByText("Running …").waitFor();
    await page.locator(".examples-one").getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor({ timeout: 1000 });
    await edit(page, "6 * 7;");
    await page.getByText("42", { exact: true }).waitFor();
    expect(await longTasks()).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  it("are edited by keyboard: Tab indents, Escape and Tab leave, Control and Enter run", async () => {
    const { page, close } = await visit(browser, "examples?tensor/matmul");
    const editor = page.getByLabel(/^Code of the example/);
    await editor.fill("");
    await editor.focus();
    await page.keyboard.type("const f = (x) => {");
    await page.keyboard.press("Enter");
    await page.keyboard.type("return x;");
    expect(await editor.inputValue()).toBe("const f = (x) => {\n  return x;");
    await page.keyboard.press("Tab");
    expect(await editor.inputValue()).toBe("const f = (x) => {\n  return x;  ");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Tab");
    expect(await editor.inputValue()).toBe("  const f = (x) => {\n    return x;  ");
    await page.keyboard.press("Shift+Tab");
    expect(await editor.inputValue()).toBe("const f = (x) => {\n  return x;  ");
    await editor.fill("2 ** 10;");
    await page.keyboard.press("Control+Enter");
    await page.getByText("1024").first().waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await editor.evaluate((element) => element === document.activeElement)).toBe(false);
    await close();
  });
});

describe("a formula of the visitor's", () => {
  const printed = (page: Page): Promise<string[]> => page.locator(".examples-printed code").allTextContents();

  it("is printed fused, with its derivative, and drawn", async () => {
    const { page, errors, close } = await visit(browser, "examples");
    await page.locator(".examples-printed").first().waitFor();
    const [value, gradient] = await printed(page);
    expect(value).toContain("where(t0 <= delta, x * x * 0.5");
    expect(gradient).toMatch(/where\(.*sign\(x\)/s);
    expect(await page.locator(".examples-formula canvas").count()).toBe(1);
    await page.getByLabel("Formula", { exact: true }).fill("(x, a) => x.mul(a).exp()");
    await page.getByText("exp(x * a)").waitFor();
    // d e^(a·x) / dx = a · y
    expect((await printed(page))[1]).toMatch(/^(g \* y \* a|y \* g \* a|g \* a \* y)$/);
    expect(errors).toEqual([]);
    await close();
  });

  it("shows errors where they happened, and ends what does not", async () => {
    const { page, errors, close } = await visit(browser, "examples");
    const formula = page.getByLabel("Formula", { exact: true });
    const alert = page.locator(".examples-formula .error");
    await page.locator(".examples-printed").first().waitFor();
    await formula.fill("(x) => {\n  return x.nothing();\n}");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/^line 2: TypeError: x\.nothing is not a function/);
    await formula.fill("(x) => x.mul(");
    await page.getByText(/SyntaxError/).waitFor();
    await formula.fill("(x) => { for (;;); }");
    await page.getByText("did not end within 4 seconds").waitFor({ timeout: 10_000 });
    await formula.fill("(x) => x.gt(0)");
    await page.getByText("It has no derivative").waitFor();
    expect(await alert.count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  it.each(["GELU", "SiLU with a slope", "Welsch’s loss", "A damped wave"])("has presets: %s", async (title) => {
    const { page, errors, close } = await visit(browser, "examples");
    await page.getByLabel("Begin with").selectOption(title);
    await page.waitForFunction(() => !document.querySelector(".examples-printed code")?.textContent?.includes("delta"));
    await page.locator(".examples-printed").nth(1).waitFor();
    expect(await page.locator(".examples-formula .error").count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });
});
