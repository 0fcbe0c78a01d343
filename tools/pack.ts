/**
 * Builds packages and packs them as they would be published, one tarball each.
 *
 *   pnpm pack:release                     into release/: @lucid/lucid and everything it depends on
 *   pnpm pack:release --all               every package
 *   pnpm pack:release @lucid/nn …         these and everything they depend on
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly packageManager?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** The folders of all packages, by the packages' names. */
export function packageFolders(): ReadonlyMap<string, string> {
  const folders = readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")));
  return new Map(folders.map((folder) => [readManifest(folder).name, folder]));
}

/** Runs the pnpm version that package.json pins, whether or not one is installed. */
function pnpm(args: readonly string[], cwd: string): void {
  const command = ["-y", readManifest(root).packageManager ?? "pnpm", ...args];
  execFileSync("npx", command, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 28 });
}

/** Builds all packages. With `fresh`, nothing of an earlier build is used. */
export function buildPackages({ fresh = false } = {}): void {
  if (fresh) {
    for (const folder of packageFolders().values()) rmSync(join(folder, "dist"), { recursive: true, force: true });
  }
  const force = fresh ? ["--force"] : [];
  pnpm(["exec", "turbo", "run", "build", "--filter=./packages/*", ...force, "--output-logs=errors-only"], root);
}

/** Packs the package in `folder`, which has been built. Returns the path of the tarball, which lies in `destination`. */
export function packPackage(folder: string, destination: string): string {
  const { name, version } = readManifest(folder);
  mkdirSync(destination, { recursive: true });
  pnpm(["pack", "--pack-destination", destination], folder);
  return join(destination, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
}

/** These packages and all packages of the workspace that they depend on. */
function withDependencies(names: Iterable<string>, found = new Set<string>()): ReadonlySet<string> {
  const folders = packageFolders();
  for (const name of names) {
    const folder = folders.get(name);
    if (folder === undefined) throw new Error(`There is no package ${name}. The packages are ${[...folders.keys()]}.`);
    if (found.has(name)) continue;
    found.add(name);
    const dependencies = Object.keys(readManifest(folder).dependencies ?? {});
    withDependencies(
      dependencies.filter((dependency) => folders.has(dependency)),
      found,
    );
  }
  return found;
}

function main(args: readonly string[]): void {
  const folders = packageFolders();
  const named = args.filter((arg) => !arg.startsWith("-"));
  const names = args.includes("--all") ? folders.keys() : withDependencies(named.length > 0 ? named : ["@lucid/lucid"]);
  const destination = join(root, "release");
  rmSync(destination, { recursive: true, force: true });
  buildPackages();
  for (const name of names) console.log(packPackage(folders.get(name)!, destination));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
