/** A page without a build step: an import map names the installed files. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { check, timeout } from "./check.js";
import { installConsumer } from "./consumers.js";
import type { Registry } from "./registry.js";

const program = `
import { nn, optim, tensor } from "@lucid/lucid";
const model = new nn.Linear(1, 1);
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
model(tensor([[2]])).sum().backward();
optimizer.step();
document.title = String(model.weight.grad);
`;

/** Every entry of the packages, as a page addresses it. */
function importMap(folder: string, packages: readonly string[]): Record<string, string> {
  const imports: Record<string, string> = {};
  for (const name of packages) {
    const manifest = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
    for (const [entry, conditions] of Object.entries<Record<string, string>>(manifest.exports)) {
      imports[name + entry.slice(1)] = `/node_modules/${name}/${conditions.default.slice(2)}`;
    }
  }
  return imports;
}

export async function testPage(registry: Registry): Promise<void> {
  await check("a page with an import map trains a model in Chromium", async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) {
      throw new Error(
        `no Chromium at ${executablePath}: apt-get install chromium, or name one in the variable CHROMIUM`,
      );
    }
    const folder = await installConsumer("page", ["@lucid/lucid"], [], registry);
    const { dependencies } = JSON.parse(readFileSync(join(folder, "node_modules/@lucid/lucid/package.json"), "utf8"));
    const imports = importMap(folder, ["@lucid/lucid", ...Object.keys(dependencies)]);
    const html = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">${program}</script>`;
    const server = createServer(({ url = "" }, response) => {
      const file = join(folder, url);
      if (url === "/") response.setHeader("content-type", "text/html").end(html);
      else if (existsSync(file)) response.setHeader("content-type", "text/javascript").end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({ executablePath, chromiumSandbox: false, timeout });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { timeout });
      await page.waitForFunction("document.title !== ''", undefined, { timeout }).catch(() => {
        throw new Error(`the program did not finish: ${errors.join("; ")}`);
      });
      // The derivative of 2w + b by w.
      const printed = await page.title();
      if (printed !== "Tensor([[2]])") throw new Error(`the gradient is ${printed}`);
    } finally {
      await browser.close();
      server.close();
    }
  });
}
