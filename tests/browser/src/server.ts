/** Bundles and serves the programs of `programs/`. Each is served under several sets of headers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
} as const;

/** The headers, by the name of the set. */
export const worlds = {
  /** Cross-origin isolated pages, which have `SharedArrayBuffer`. */
  isolated: isolation,
  /** A page without special headers. */
  plain: {},
  /** A policy that allows neither WebAssembly nor code from strings. */
  forbidding: { ...isolation, "Content-Security-Policy": "default-src 'self'; script-src 'self'" },
  /**
   * A policy that allows WebAssembly but no code from strings, and workers from the page's own origin and from blobs.
   */
  wasmOnly: {
    ...isolation,
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:",
  },
  /** The same policy, but it allows workers from the page's own origin only. */
  noBlobs: {
    ...isolation,
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The name of a set of headers. */
export type World = keyof typeof worlds;

/** The programs that pages can run. */
const programs = ["conformance", "default-backend", "threads"] as const;

/** The name of a program. */
export type Program = (typeof programs)[number];

/** The report of a program: its result, or the text of the error that it threw. */
export interface Report {
  readonly crossOriginIsolated: boolean;
  readonly result?: unknown;
  readonly error?: string;
}

/** A running server. */
export interface Server {
  /** The origin, without a slash at the end. */
  readonly origin: string;
  /** Resolves once, with the report of the program that was given this id. */
  report(id: string): Promise<Report>;
  close(): Promise<void>;
}

/** Bundles the programs in `programs/`. Returns the scripts by file name. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const folder = fileURLToPath(new URL("../programs", import.meta.url));
  const built = await build({
    absWorkingDir: folder,
    entryPoints: [...programs, "worker"].map((name) => `${name}.ts`),
    outdir: folder,
    bundle: true,
    // Apps are shipped minified, and the functions that workers run are turned into text.
    minify: true,
    keepNames: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    // The sources of the packages or, if LUCID_BUILT is set, the build that is published.
    conditions: process.env.LUCID_BUILT ? [] : ["@lucid/source"],
  });
  return new Map(built.outputFiles.map(({ path, text }) => [path.slice(folder.length + 1), text]));
}

const page = (program: string): string =>
  `<!doctype html><title>${program}</title><script type="module" src="${program}.js"></script>`;

/** Starts a server on a free port of this machine. */
export async function startServer(): Promise<Server> {
  const scripts = await bundle();
  const arrived = new Map<string, (report: Report) => void>();

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const send = (status: number, type: string, text: string, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store", ...headers }).end(text);
    };
    if (request.method === "POST" && url.pathname === "/report") {
      let text = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => {
        text += part;
      });
      request.on("end", () => {
        arrived.get(url.searchParams.get("id") ?? "")?.(JSON.parse(text) as Report);
        send(200, "text/plain", "");
      });
      return;
    }
    if (url.pathname === "/favicon.ico") return send(204, "image/x-icon", "");
    const [, world = "", file = ""] = url.pathname.split("/");
    const headers = Object.hasOwn(worlds, world) ? worlds[world as World] : undefined;
    const script = scripts.get(file);
    if (headers !== undefined && script !== undefined) return send(200, "text/javascript", script, headers);
    const program = programs.find((name) => file === `${name}.html`);
    if (headers !== undefined && program !== undefined) return send(200, "text/html", page(program), headers);
    send(404, "text/plain", "not here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    report: (id) => new Promise((resolve) => arrived.set(id, resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
