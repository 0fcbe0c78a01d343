import { readFileSync } from "node:fs";
import { createCpuBackend } from "@lucid/backend-cpu";
import { serialize } from "@lucid/safetensors";
import { setDefaultBackend, tensor } from "@lucid/tensor";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DrawnDigit, drawnDigits } from "./drawn-digits.js";
import { watchTasks } from "./long-tasks.js";
import { pressStop, settled } from "./stopping.js";
import { launch, type Visit, visit } from "./visit.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const padOf = (page: Page) => page.getByRole("application", { name: "Drawing pad" });

const accuracyOf = async (page: Page): Promise<number> =>
  Number(await page.locator("[data-accuracy]").getAttribute("data-accuracy"));

const stepOf = async (page: Page): Promise<number> =>
  Number((await page.locator(".progress .number").textContent())!.split(" ")[0]!.replace(/\D/g, ""));

const choose = async (page: Page, label: string, option: string): Promise<void> => {
  await page.getByLabel(label, { exact: true }).selectOption({ label: option });
};

/** Waits until a new network is shown, which guesses. Each network is shown before it is trained. */
async function restarted(page: Page): Promise<void> {
  await page.waitForFunction(
    () => Number(document.querySelector("[data-accuracy]")?.getAttribute("data-accuracy") ?? 1) < 0.35,
  );
}

/** Waits until the network recognises this share of the test digits. It has the 2,000 steps of a training to get there. */
async function trainedTo(page: Page, accuracy: number): Promise<void> {
  // The accuracy is read together with the condition, because training goes on.
  const reached = await page.waitForFunction((bar) => {
    const reached = Number(document.querySelector("[data-accuracy]")?.getAttribute("data-accuracy") ?? 0);
    return reached >= bar || document.querySelector(".progress span")?.textContent === "Trained" ? [reached] : false;
  }, accuracy);
  expect(((await reached.jsonValue()) as number[])[0]).toBeGreaterThanOrEqual(accuracy);
}

const finished = (page: Page): Promise<void> => page.getByText("Trained", { exact: true }).waitFor();

async function open(
  ...parameters: Parameters<typeof visit> extends [unknown, unknown, ...infer R] ? R : never
): Promise<Visit> {
  const opened = await visit(browser, "digits", ...parameters);
  // A network is there.
  await opened.page.locator("[data-accuracy]").waitFor();
  return opened;
}

/** Draws by the mouse, as a person would. */
async function draw(page: Page, { strokes }: DrawnDigit): Promise<void> {
  const box = (await padOf(page).boundingBox())!;
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + (x / 100) * box.width, box.y + (y / 100) * box.height] as const;
  for (const [first, ...more] of strokes) {
    await page.mouse.move(...at(first!));
    await page.mouse.down();
    for (const point of more) await page.mouse.move(...at(point));
    await page.mouse.up();
  }
}

/** What the pad's drawing is taken for, when the network has answered for all of it. */
async function readAs(page: Page): Promise<number> {
  await page.locator(".digits-best[data-current]").waitFor();
  return Number(await page.locator(".digits-best").textContent());
}

async function clear(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Clear" });
  if (await button.isEnabled()) await button.click();
}

/** The clearest of the drawn digits: one of each. */
const oneOfEach = Array.from({ length: 10 }, (_, digit) => drawnDigits.find((drawn) => drawn.digit === digit)!);

describe("the digits", () => {
  it.each(["isolated", "plain"] as const)("trains on wasm and reads what a person draws: %s", async (conditions) => {
    const { page, errors, close } = await open(conditions);
    await finished(page);
    // 9,000 training images and 2,000 steps: less than the 98% that all of MNIST would give.
    expect(await accuracyOf(page)).toBeGreaterThan(0.945);
    expect(await page.locator("[data-backend]").textContent()).toBe("wasm");
    const wrong: string[] = [];
    for (const [i, drawn] of drawnDigits.entries()) {
      await clear(page);
      await draw(page, drawn);
      const taken = await readAs(page);
      if (taken !== drawn.digit) wrong.push(`${i}: ${drawn.digit} taken for ${taken}`);
    }
    expect(drawnDigits.length).toBeGreaterThan(35);
    expect(wrong.length, wrong.join("; ")).toBeLessThanOrEqual(1);
    expect(errors).toEqual([]);
    await close();
  });

  it("under a strict policy it trains on cpu, and says why", async () => {
    const { page, errors, close } = await open("strict");
    await choose(page, "Hidden layers", "64 units");
    await trainedTo(page, 0.85);
    expect(await page.locator("[data-backend]").textContent()).toBe("cpu");
    expect(await page.locator(".digits-note").textContent()).toMatch(
      /^The cpu backend computes instead of wasm: .*wasm-unsafe-eval/,
    );
    await page.getByRole("button", { name: "Stop" }).click();
    let right = 0;
    for (const drawn of oneOfEach) {
      await clear(page);
      await draw(page, drawn);
      if ((await readAs(page)) === drawn.digit) right++;
    }
    expect(right).toBeGreaterThanOrEqual(9);
    expect(errors).toEqual([]);
    await close();
  });

  it("keeps the main thread free while it trains and the visitor draws", async () => {
    const { page, close } = await open();
    // The largest network, so that the training does not end before the drawing does.
    await choose(page, "Hidden layers", "256 + 128 units");
    await trainedTo(page, 0.5);
    const longTasks = await watchTasks(page);
    const before = await stepOf(page);
    for (const drawn of oneOfEach.slice(2, 6)) {
      await clear(page);
      await draw(page, drawn);
      await page.waitForTimeout(300);
    }
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(500);
    await page.waitForFunction(
      (steps) =>
        Number(document.querySelector(".progress .number")?.textContent?.split(" ")[0]?.replace(/\D/g, "")) > steps,
      before,
    );
    expect(await longTasks()).toEqual([]);
    await close();
  });

  it("stops and resets at once, and continues where it stopped", async () => {
    const { page, errors, close } = await open();
    await page.waitForFunction(() => /^[1-9]/.test(document.querySelector(".progress .number")?.textContent ?? ""));
    expect(await pressStop(page)).toBe("Train");
    const stopped = await settled(page, stepOf);
    expect(await page.getByText("Stopped", { exact: true }).count()).toBe(1);
    await page.getByRole("button", { name: "Train" }).click();
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector(".progress .number")?.textContent?.split(" ")[0]?.replace(/\D/g, "")) > before,
      stopped,
    );
    await page.getByRole("button", { name: "Reset" }).click();
    await page.locator(".progress .number", { hasText: /^0 of 2,000 steps$/ }).waitFor();
    await page.getByText("Stopped", { exact: true }).waitFor();
    expect(await accuracyOf(page)).toBeLessThan(0.35);
    expect(errors).toEqual([]);
    await close();
  });

  it("the confusion matrix, the accuracy and the predictions agree", async () => {
    const { page, close } = await open();
    await trainedTo(page, 0.85);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
    const table = page.getByRole("table", { name: /^Confusion matrix/ });
    const rows = await table.locator("tbody tr").all();
    expect(rows).toHaveLength(10);
    let right = 0;
    for (const [digit, row] of rows.entries()) {
      const counts = (await row.getByRole("cell").allTextContents()).map(Number);
      expect(counts.reduce((sum, count) => sum + count)).toBe(100);
      right += counts[digit]!;
    }
    expect(right / 1000).toBeCloseTo(await accuracyOf(page), 6);
    const sample = page.getByRole("button", { name: /^A 3, predicted: \d\. Show it on the pad$/ }).first();
    const taken = /predicted: (\d)/.exec((await sample.getAttribute("aria-label"))!)![1];
    expect(await sample.textContent()).toContain(taken);
    await sample.click();
    await page
      .getByRole("status", { name: "What the drawing looks like" })
      .getByText(/^This looks like a \d/)
      .waitFor();
    expect(await padOf(page).evaluate((element) => element === document.activeElement)).toBe(true);
    await close();
  });

  it("the keyboard draws a 7 and then a 1, and removes a stroke", async () => {
    const { page, errors, close } = await open();
    await finished(page);
    const press = async (key: string, times = 1): Promise<void> => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    };
    await padOf(page).focus();
    await press(" ");
    await press("ArrowRight", 9);
    await press("ArrowDown");
    for (let i = 0; i < 6; i++) {
      await press("ArrowDown");
      await press("End");
    }
    await press(" ");
    expect(await readAs(page)).toBe(7);
    await page
      .getByRole("status", { name: "What the drawing looks like" })
      .getByText(/^This looks like a 7/)
      .waitFor();
    await press("Backspace");
    await page.locator(".digits-best", { hasText: "?" }).waitFor();
    await press("Enter");
    await press("ArrowUp", 12);
    await press("Enter");
    expect(await readAs(page)).toBe(1);
    await press("Delete");
    await page.locator(".digits-best", { hasText: "?" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it("a finger draws, and the page does not scroll", async () => {
    const { page, errors, close } = await open("isolated", {
      hasTouch: true,
      isMobile: true,
      viewport: { width: 390, height: 800 },
    });
    await finished(page);
    await padOf(page).scrollIntoViewIfNeeded();
    const box = (await padOf(page).boundingBox())!;
    const touch = await page.context().newCDPSession(page);
    for (const stroke of drawnDigits.find(({ digit }) => digit === 4)!.strokes) {
      const move = (type: "touchStart" | "touchMove", [x, y]: readonly [number, number]) => {
        const touchPoints = [{ x: box.x + (x / 100) * box.width, y: box.y + (y / 100) * box.height }];
        return touch.send("Input.dispatchTouchEvent", { type, touchPoints });
      };
      for (const [i, point] of stroke.entries()) await move(i === 0 ? "touchStart" : "touchMove", point);
      // A finger that rests before it lifts: after a fling, Chromium takes the next tap for its end.
      await page.waitForTimeout(150);
      await move("touchMove", [stroke.at(-1)![0] + 0.5, stroke.at(-1)![1]]);
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    }
    expect(await readAs(page)).toBe(4);
    expect((await padOf(page).boundingBox())!.y).toBe(box.y);
    await page.getByRole("button", { name: "Undo" }).tap();
    await page.waitForFunction(() => document.querySelectorAll(".digits-pad .ink").length === 1);
    expect(errors).toEqual([]);
    await close();
  });

  it("shows a test digit on the pad, and drawing replaces it", async () => {
    const { page, errors, close } = await open();
    await trainedTo(page, 0.85);
    await page.getByRole("button", { name: /^A 0/ }).first().click();
    await page.locator(".digits-picture canvas").waitFor();
    await page.locator(".digits-best", { hasText: "0" }).waitFor();
    await draw(page, oneOfEach[1]!);
    await page.locator(".digits-picture").waitFor({ state: "detached" });
    expect(await page.locator(".digits-pad .ink").count()).toBe(1);
    expect(errors).toEqual([]);
    await close();
  });

  it("generated drawings alone teach it to read people’s handwriting less well", async () => {
    const { page, close } = await open();
    await choose(page, "Training data", "generated drawings only");
    await finished(page);
    expect(await accuracyOf(page)).toBeGreaterThan(0.75);
    expect(await accuracyOf(page)).toBeLessThan(0.92);
    await close();
  });

  it("offers the hidden layers from the smallest network to the largest", async () => {
    const { page, close } = await open();
    expect(await page.getByLabel("Hidden layers").locator("option").allTextContents()).toEqual([
      "none: a linear model",
      "16 units",
      "64 units",
      "128 + 64 units",
      "256 + 128 units",
    ]);
    await close();
  });

  it("keeps settings and the drawing when the visitor goes back", async () => {
    const { page, close } = await open();
    await choose(page, "Hidden layers", "16 units");
    await draw(page, oneOfEach[7]!);
    const ink = await page.locator(".digits-pad .ink").first().getAttribute("d");
    await page.getByRole("link", { name: "Backends" }).click();
    await page.getByRole("heading", { level: 1, name: "Backends" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Digits" }).waitFor();
    expect(await page.getByLabel("Hidden layers").inputValue()).toBe("16");
    expect(await page.locator(".digits-pad .ink").first().getAttribute("d")).toBe(ink);
    await close();
  });

  it.each([
    [390, 844],
    [360, 740],
  ])("on a phone of %i × %i pixels the answer is on the first screen", async (width, height) => {
    const { page, close } = await open("isolated", { hasTouch: true, isMobile: true, viewport: { width, height } });
    const pad = (await padOf(page).boundingBox())!;
    const answer = (await page.locator(".digits-best").boundingBox())!;
    expect(answer.y + answer.height).toBeLessThan(height);
    expect(pad.y + pad.height).toBeLessThan(height);
    expect(Math.min(pad.width, pad.height)).toBeGreaterThan(200);
    await close();
  });

  it("trains on the webgpu backend, and reads a drawing there", async () => {
    const { page, errors, close } = await open();
    await choose(page, "Hidden layers", "none: a linear model");
    await choose(page, "Backend", "webgpu");
    await page.locator("[data-backend=webgpu]").waitFor();
    await trainedTo(page, 0.5);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
    await draw(page, oneOfEach[3]!);
    expect(await readAs(page)).toBeLessThan(10);
    expect(errors).toEqual([]);
    await close();
  });

  it("settings start a new training or change the current one", async () => {
    const { page, close } = await open();
    await choose(page, "Hidden layers", "none: a linear model");
    await page.getByText("4,010 weights").waitFor();
    await choose(page, "Optimizer", "SGD");
    expect(await page.getByLabel("Learning rate").getAttribute("aria-valuetext")).toBe("0.3");
    await restarted(page);
    await trainedTo(page, 0.5);
    await choose(page, "Backend", "cpu");
    await page.locator("[data-backend=cpu]").waitFor();
    await choose(page, "Optimizer", "Adam");
    await choose(page, "Hidden layers", "256 + 128 units");
    await choose(page, "Batch size", "256");
    await page.getByText("136,842 weights").waitFor();
    await page.waitForFunction(() => /^[1-9]/.test(document.querySelector(".progress .number")?.textContent ?? ""));
    await close();
  });
});

describe("weights in files", () => {
  const load = (page: Page, name: string, content: Uint8Array): Promise<void> =>
    page.getByLabel("A safetensors file with weights").setInputFiles({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(content),
    });

  it.each(["isolated", "strict"] as const)(
    "are saved, loaded and trained on; broken files are refused: %s",
    async (conditions) => {
      const { page, errors, close } = await open(conditions);
      await choose(page, "Hidden layers", "64 units");
      await trainedTo(page, conditions === "strict" ? 0.7 : 0.9);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("Stopped", { exact: true }).waitFor();
      await draw(page, oneOfEach[3]!);
      const taken = await readAs(page);
      const accuracy = await accuracyOf(page);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("digits.safetensors");
      const file = readFileSync((await download.path())!);
      // 400 × 64 + 64 + 64 × 10 + 10 numbers of 4 bytes, and the header.
      expect(file.length - 4 * 26_314).toBeGreaterThan(8);
      expect(file.length - 4 * 26_314).toBeLessThan(400);

      // Another network, which knows nothing.
      await choose(page, "Hidden layers", "16 units");
      await page.getByRole("button", { name: "Reset" }).click();
      await page.getByText("6,586 weights").waitFor();
      await page.waitForFunction(
        () => Number(document.querySelector("[data-accuracy]")!.getAttribute("data-accuracy")) < 0.35,
      );
      const untrained = await accuracyOf(page);
      const broken = new Uint8Array(file.subarray(0, 3000));
      await load(page, "broken.safetensors", broken);
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(
        /^broken\.safetensors was not loaded, and the network has not changed\. FormatError: .*cut off/,
      );
      expect(await accuracyOf(page)).toBe(untrained);
      expect(await page.getByText("6,586 weights").count()).toBe(1);

      await load(page, "digits.safetensors", file);
      await page.getByText("digits.safetensors is loaded.").waitFor();
      await alert.waitFor({ state: "detached" });
      await page.getByText("26,314 weights").waitFor();
      expect(await page.getByLabel("Hidden layers").inputValue()).toBe("64");
      // What was shown when it was stopped is up to 25 steps older than the weights.
      await trainedTo(page, accuracy - 0.06);
      expect(await readAs(page)).toBe(taken);
      await page.getByRole("button", { name: "Train" }).click();
      await page.waitForFunction(() => /^[1-9]/.test(document.querySelector(".progress .number")?.textContent ?? ""));
      expect(errors).toEqual([]);
      await close();
    },
  );

  it("with layers that the page does not offer are shown", async () => {
    const { page, errors, close } = await open();
    const weights = (...shape: number[]) => {
      const count = shape.reduce((all, size) => all * size, 1);
      return tensor(Array.from({ length: count }, (_, i) => Math.sin(i) / 10)).reshape(shape);
    };
    setDefaultBackend(createCpuBackend);
    const file = await serialize({
      "0.weight": weights(5, 400),
      "0.bias": weights(5),
      "2.weight": weights(7, 5),
      "2.bias": weights(7),
      "4.weight": weights(10, 7),
      "4.bias": weights(10),
    });
    await load(page, "foreign.safetensors", file);
    await page.getByText("2,127 weights").waitFor();
    expect(await page.getByLabel("Hidden layers").inputValue()).toBe("5,7");
    await page.getByText("nn.Linear(5, 7), nn.ReLU()").waitFor();
    await page.getByText("Stopped", { exact: true }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});
