/**
 * Runs the benchmarks of WebGPU in Chromium, and by default on the software driver that Chromium brings, so that no
 * graphics card is needed.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Report } from "./page.js";

/**
 * What computes: Chromium's software driver, the graphics card in a Chromium with a window, or whatever a browser has
 * that somebody opens.
 */
export const drivers = ["software", "gpu", "other-browser"] as const;
export type Driver = (typeof drivers)[number];

export const isDriver = (name: string): name is Driver => (drivers as readonly string[]).includes(name);

const browserFlags: Readonly<Record<Exclude<Driver, "other-browser">, readonly string[]>> = {
  software: ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  gpu: ["--enable-unsafe-webgpu", "--enable-features=Vulkan"],
};

/** Returns the page's script. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logOverride: { "empty-import-meta": "silent" },
  });
  return outputFiles[0].text;
}

/** Serves the page on a free port, and hands on what it reports. */
async function serve(script: string, receive: (report: Report) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, text: string): void => {
      response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" }).end(text);
    };
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST" && pathname === "/report") {
      let text = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => {
        text += part;
      });
      request.on("end", () => {
        receive(JSON.parse(text) as Report);
        send(204, "text/plain", "");
      });
    } else if (pathname === "/page.js") send(200, "text/javascript", script);
    else if (pathname === "/") {
      const style = "<style>body { white-space: pre; font-family: monospace }</style>";
      send(
        200,
        "text/html",
        `<!doctype html><title>lucid</title>${style}<script type="module" src="page.js"></script>`,
      );
    } else if (pathname === "/favicon.ico") send(204, "text/plain", "");
    else send(404, "text/plain", "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Measures the chosen cases, and hands on every report. */
export async function runInBrowser(
  driver: Driver,
  chosen: string,
  quick: boolean,
  receive: (report: Report) => void,
): Promise<void> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = await serve(await bundle(), (report) => (report.kind === "end" ? end() : receive(report)));
  const search = new URLSearchParams({ case: chosen, ...(quick ? { quick: "" } : {}) });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?${search}`;
  try {
    if (driver === "other-browser") {
      receive({ kind: "case", text: `open ${address} in a browser with WebGPU` });
      await ended;
      return;
    }
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      headless: driver === "software",
      chromiumSandbox: false,
      args: ["--no-first-run", "--disable-background-networking", ...browserFlags[driver]],
    });
    try {
      const page = await browser.newPage();
      const broken = new Promise<never>((_, reject) => {
        page.on("crash", () => reject(new Error("the page died")));
        page.on("pageerror", reject);
        page.on("console", (message) => {
          if (message.type() === "error" || message.type() === "warning") console.error(message.text());
        });
      });
      await page.goto(address);
      await Promise.race([ended, broken]);
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
