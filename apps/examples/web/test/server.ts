/** Serves the built app with the headers that a test asks for. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the built app. The variable WEB_DIST names another one. */
const dist = process.env.WEB_DIST ?? fileURLToPath(new URL("../dist", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** "isolated": threads can share memory. "plain": no headers. "strict": isolated, and only served code may run. */
export type Conditions = "isolated" | "plain" | "strict";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const headers: Readonly<Record<Conditions, Readonly<Record<string, string>>>> = {
  isolated: isolation,
  plain: {},
  strict: {
    ...isolation,
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'",
  },
};

export interface Served {
  readonly address: string;
  close(): Promise<void>;
}

export async function serveBuilt(conditions: Conditions): Promise<Served> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(dist, path === "/" ? "index.html" : path);
    readFile(file).then(
      (content) => {
        response.writeHead(200, {
          "Content-Type": types[extname(file)] ?? "application/octet-stream",
          // As any host serves files with a hash in their names. Otherwise every worker compiles the library again.
          ...(path.startsWith("/assets/") ? { "Cache-Control": "public, max-age=31536000, immutable" } : {}),
          ...headers[conditions],
        });
        response.end(content);
      },
      () => {
        response.writeHead(404, headers[conditions]);
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
