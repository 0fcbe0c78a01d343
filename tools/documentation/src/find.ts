/** Finds the examples of the project. It runs on Node only. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Example, extractExamples } from "./extract.js";

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** Returns all examples of the project in the folder `root`. */
export function findExamples(root: string): Example[] {
  const files = walk(root).map((path) => relative(root, path).replaceAll("\\", "/"));
  const documented = files.filter(
    (file) =>
      (/^packages\/[^/]+\/src\/.*\.ts$/.test(file) && !file.endsWith(".test.ts")) ||
      (/^([^/]+|packages\/[^/]+\/[^/]+|docs\/.*|apps\/[^/]+\/[^/]+)\.md$/.test(file) && !file.endsWith("CHANGELOG.md")),
  );
  return documented.sort().flatMap((file) => extractExamples(file, readFileSync(join(root, file), "utf8")));
}
