import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchTasks } from "./long-tasks.js";
import { launch, visit } from "./visit.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const COUNT = /^\d+ of \d+ examples give the documented results\.$/;

/** Runs all examples; gives how many there are, and those that gave something else. */
async function runAll(page: Page): Promise<{ readonly all: number; readonly good: number; readonly wrong: string[] }> {
  await page.getByRole("button", { name: /^Run all/ }).click();
  const said = page.getByText(COUNT);
  await said.waitFor();
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

const textOf = async (editor: Locator): Promise<string> =>
  (await editor.locator(".cm-line").allTextContents()).join("\n");

const outcomes = (page: Page): Promise<string[]> => page.locator(".examples-outcomes code").allTextContents();

async function edit(page: Page, text: string): Promise<void> {
  await page.getByLabel(/^Code of the example/).fill(text);
  await page.locator(".examples-one").getByRole("button", { name: "Run" }).click();
}

describe("the documentation's examples", () => {
  it("begin with HuberLoss", async () => {
    const { page, errors, close } = await visit(browser, "examples");
    await page.locator(".examples-one").getByRole("heading", { name: "HuberLoss" }).waitFor();
    await page.locator(".examples-good").first().waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("all give the documented results while the page stays responsive: isolated", async () => {
    const { page, errors, close } = await visit(browser, "examples");
    await page.locator(".examples-good").first().waitFor();
    const longTasks = await watchTasks(page);
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

  it("all give the documented results without eval, except those that ask for wasm: strict", async () => {
    const { page, errors, close } = await visit(browser, "examples", "strict");
    expect(await page.locator(".examples-all").textContent()).toContain("script-src 'wasm-unsafe-eval'");
    const { all, wrong } = await runAll(page);
    expect(all).toBeGreaterThan(280);
    expect(new Set(wrong)).toEqual(
      new Set([
        "Deployment: Which backend @lucid/lucid takes",
        "Threads",
        "Backends in depth",
        "@lucid/backend-wasm",
        "createWasmBackend",
        "The backend",
      ]),
    );
    // Chromium applies an inline style, which the policy forbids, while it replaces highlighted text. So text is added.
    await page.getByLabel(/^Code of the example/).focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("1");
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
    await page.getByText("No example has all of these words.").waitFor();
    await close();
  });

  it("say why they need Node", async () => {
    const { page, close } = await visit(browser, "examples?backend-blas/createBlasBackend");
    await page.getByText("It needs Node, because BLAS is a library").waitFor();
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
    await page.locator(".examples-one").getByRole("button", { name: "Reset" }).click();
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
    expect(await page.locator(".cm-line.wrong").textContent()).toContain("matmul");
    await edit(page, "tensor([1])\nconst = 2;");
    await page.getByText("SyntaxError").waitFor();
    expect(await wrong.textContent()).toContain("line 2");
    expect(errors).toEqual([]);
    await close();
  });

  it("can be stopped when they do not end", async () => {
    const { page, errors, close } = await visit(browser, "examples?tensor/matmul");
    await page.locator(".examples-good").first().waitFor();
    await edit(page, "for (;;);");
    await page.getByText("Running …").waitFor();
    await page.locator(".examples-one").getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    await edit(page, "6 * 7;");
    await page.getByText("42", { exact: true }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("are edited by keyboard: Tab indents, Escape and Tab leave, Ctrl+Enter runs", async () => {
    const { page, close } = await visit(browser, "examples?tensor/matmul");
    const editor = page.getByLabel(/^Code of the example/);
    await editor.fill("");
    await editor.focus();
    await page.keyboard.type("const f = (x) => {");
    await page.keyboard.press("Enter");
    await page.keyboard.type("return x;");
    expect(await textOf(editor)).toBe("const f = (x) => {\n  return x;");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Tab");
    expect(await textOf(editor)).toBe("  const f = (x) => {\n    return x;");
    await page.keyboard.press("Shift+Tab");
    expect(await textOf(editor)).toBe("const f = (x) => {\n  return x;");
    await editor.fill("2 ** 10;");
    await page.keyboard.press("Control+Enter");
    await page.getByText("1024").first().waitFor();
    const inside = (): Promise<boolean> => page.evaluate(() => document.activeElement!.classList.contains("editor"));
    expect(await inside()).toBe(true);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await inside()).toBe(false);
    await close();
  });

  it("are shown with line numbers that stay beside their lines and inside the editor", async () => {
    const { page, close } = await visit(browser, "examples?tensor/matmul");
    const editor = page.getByLabel(/^Code of the example/);
    await editor.fill(Array.from({ length: 80 }, (_, i) => `const a${i + 1} = ${i + 1};`).join("\n"));
    const box = (await page.locator(".examples-one .editor").boundingBox())!;
    await page.mouse.move(box.x + 100, box.y + 100);
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(300);
    const lines = await page.locator(".examples-one .editor").evaluate((host) => {
      const root = host.shadowRoot!;
      const frame = host.getBoundingClientRect();
      const numbers = [...root.querySelectorAll<HTMLElement>(".cm-lineNumbers .cm-gutterElement")]
        .filter((one) => one.style.visibility !== "hidden" && one.offsetHeight > 0)
        .map((one) => [one.textContent!, one.getBoundingClientRect().top] as const);
      const texts = new Map(
        [...root.querySelectorAll<HTMLElement>(".cm-line")].map((line) => [
          /^const a(\d+)/.exec(line.textContent!)?.[1],
          line.getBoundingClientRect().top,
        ]),
      );
      return {
        scrolled: root.querySelector(".cm-scroller")!.scrollTop,
        apart: numbers.map(([number, top]) => Math.abs(top - texts.get(number)!)),
        clipped: getComputedStyle(host).overflow,
        height: frame.height,
      };
    });
    expect(lines.scrolled).toBeGreaterThan(100);
    expect(lines.apart.length).toBeGreaterThan(10);
    expect(Math.max(...lines.apart)).toBeLessThan(4);
    expect(lines.clipped).toBe("hidden");
    expect(lines.height).toBeLessThan(700);
    await close();
  });

  it("show what they log at once, and keep it when they are stopped", async () => {
    const { page, errors, close } = await visit(browser, "examples?tensor/matmul");
    await edit(page, 'console.log("first");\nfor (let i = 0; ; i++) if (i === 1e6) console.log("second");');
    await page.getByText("second", { exact: true }).waitFor();
    await page.locator(".examples-one").getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    expect(await outcomes(page)).toEqual(["first", "second"]);
    expect(errors).toEqual([]);
    await close();
  });

  it("show console.error, console.warn and the warnings of lucid", async () => {
    const { page, errors, close } = await visit(browser, "examples?tensor/matmul");
    await edit(
      page,
      [
        'import { nn, tensor } from "@lucid/lucid";',
        'console.error("an error message");',
        'console.warn("a warning", 7);',
        "new nn.MSELoss()(tensor([[1], [2]]), tensor([1, 2])).item();",
      ].join("\n"),
    );
    await page.getByText("an error message", { exact: true }).waitFor();
    const notes = await page.locator(".examples-outcomes li").allTextContents();
    expect(notes[0]).toBe("line 2an error messageconsole.error");
    expect(notes[1]).toBe("line 3a warning 7warning");
    await page
      .getByText(/MSELoss|mseLoss/)
      .last()
      .waitFor();
    expect((await outcomes(page)).join()).toMatch(/\[2, 1\].*\[2\]/s);
    expect(errors).toEqual([]);
    await close();
  });

  it("are compared with their comments after a change, too", async () => {
    const { page, close } = await visit(browser, "examples?tensor/matmul");
    await edit(page, "1 + 1; // → 2\n1 + 2; // → 4");
    await page.getByText("as the comment says").waitFor();
    await page.getByText("the comment says: 4").waitFor();
    expect(await page.locator(".cm-line.wrong").allTextContents()).toEqual(["1 + 2; // → 4"]);
    await close();
  });

  it("keep changed code when the visitor goes back", async () => {
    const { page, close } = await visit(browser, "examples?tensor/matmul");
    await edit(page, "6 * 7;");
    await page.getByText("42", { exact: true }).waitFor();
    await page.getByLabel("Formula", { exact: true }).fill("(x) => x.mul(3)");
    await page.getByRole("link", { name: "Backends" }).click();
    await page.getByLabel("Custom backend").fill("// changed");
    await page.goBack();
    expect(await textOf(page.getByLabel(/^Code of the example/))).toBe("6 * 7;");
    expect(await textOf(page.getByLabel("Formula", { exact: true }))).toBe("(x) => x.mul(3)");
    await page.goForward();
    expect(await textOf(page.getByLabel("Custom backend"))).toBe("// changed");
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
    // The derivative of e^(a·x) is a · e^(a·x), which is a · y.
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
    for (const [text, advice] of [
      ["(x, a) => x * a + 1", /mul|Math/],
      ["(x) => Math.sin(x)", /sin|Math/],
      ["(x) => {\n  x.sin();\n}", /returns nothing|return/],
    ] as const) {
      await formula.fill(text);
      await alert.filter({ hasText: advice }).waitFor();
      await formula.fill("(x) => x.sin()");
      await alert.waitFor({ state: "detached" });
    }
    await formula.fill("(x) => { for (;;); }");
    await page.getByText("did not end within 10 seconds").waitFor();
    await formula.fill("(x) => x.gt(0)");
    await page.getByText("The formula has no derivative").waitFor();
    expect(await alert.count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  it.each(["GELU", "SiLU with a slope", "Welsch’s loss", "A damped wave"])("has presets: %s", async (title) => {
    const { page, errors, close } = await visit(browser, "examples");
    await page.getByLabel("Start from").selectOption(title);
    await page.waitForFunction(() => !document.querySelector(".examples-printed code")?.textContent?.includes("delta"));
    await page.locator(".examples-printed").nth(1).waitFor();
    expect(await page.locator(".examples-formula .error").count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });
});
