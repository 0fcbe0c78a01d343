/**
 * Files by path, in Node, Deno and Bun, and in pages.
 *
 * @module
 */
import { BackendError } from "@lucid/backend";
import { nodeFiles } from "./node-files.js";
import { pageFiles } from "./page-files.js";
import type { FileSystem } from "./paths.js";

/** @throws BackendError where there are no files. */
export async function systemFiles(operation: string): Promise<FileSystem> {
  const found = nodeFiles() ?? (await pageFiles());
  if (found !== undefined) return found;
  throw new BackendError(operation, "there are no files here", [], {
    rule: "files are those of Node, Deno and Bun, or of the private file system of a page that was loaded over HTTPS",
    remedy: "use serialize() and deserialize(), and keep the bytes yourself",
  });
}
