/**
 * A registry on this machine that has the packed packages and nothing else, so that install lines run as they are printed.
 * Package managers are told to ask it for the names of the scope `@lucid`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { run } from "./check.js";

export interface Registry {
  readonly url: string;
  close(): void;
}

/** Serves tarballs, given by the names of their packages. */
export async function startRegistry(tarballs: ReadonlyMap<string, string>): Promise<Registry> {
  const answers = new Map<string, Buffer>();
  const server: Server = createServer(({ url = "" }, response) => {
    const answer = answers.get(decodeURIComponent(url));
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [name, path] of tarballs) {
    const tarball = readFileSync(path);
    const manifest = JSON.parse(await run("tar", ["-xzOf", path, "package/package.json"], "."));
    const { version } = manifest;
    const dist = {
      tarball: `${url}/${name}.tgz`,
      shasum: createHash("sha1").update(tarball).digest("hex"),
      integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
    };
    const document = { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
    answers.set(`/${name}.tgz`, tarball);
    answers.set(`/${name}`, Buffer.from(JSON.stringify(document)));
  }
  return { url, close: () => server.close() };
}
