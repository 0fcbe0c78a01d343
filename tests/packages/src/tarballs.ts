/** Makes the tarballs and checks their contents. */
import { join } from "node:path";
import { build } from "esbuild";
import { buildPackages, packageFolders, packPackage, readManifest, root } from "../../../tools/pack.js";
import { check, node, run, temporary, tool } from "./check.js";

/** The paths that a tarball may contain. */
const BELONGS = /^package\/(dist\/|src\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/;
const REQUIRED = ["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "dist/index.d.ts.map", "src/index.ts"];

async function testContents(tarball: string): Promise<void> {
  const packed = await run("tar", ["-xzOf", tarball, "package/package.json"], root);
  if (packed.includes("@lucid/source")) throw new Error("the source condition is in the tarball");
  if (/workspace:|catalog:/.test(packed)) throw new Error("a workspace range is in the tarball");
  const files = (await run("tar", ["-tzf", tarball], root)).trim().split("\n");
  const stray = files.filter((file) => !BELONGS.test(file) || /\.test\./.test(file));
  if (stray.length > 0) throw new Error(`does not belong in the tarball: ${stray.join(", ")}`);
  const missing = REQUIRED.filter((file) => !files.includes(`package/${file}`));
  if (missing.length > 0) throw new Error(`is missing in the tarball: ${missing.join(", ")}`);
  const scripts = files.filter((file) => file.startsWith("package/dist/") && file.endsWith(".js"));
  const code = await run("tar", ["-xzOf", tarball, ...scripts], root);
  const wide = /[^\0-\x7f].*/.exec(code);
  if (wide !== null)
    throw new Error(`a script is not ASCII, so engines keep it with two bytes a character: ${wide[0]}`);
}

/** The names that a module exports, itself or from other modules of its package. */
async function exportsOf(file: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    packages: "external",
    logLevel: "silent",
  });
  return [...Object.values(metafile.outputs)[0]!.exports].sort();
}

/** A build may give an entry further exports, which its other modules import. Users would see them. */
async function testExports(folder: string): Promise<void> {
  const { exports = {} } = readManifest(folder);
  for (const [entry, conditions] of Object.entries(exports)) {
    if (typeof conditions !== "object") continue;
    const { "@lucid/source": source, default: built } = conditions as Readonly<Record<string, string>>;
    const names = await exportsOf(join(folder, source!));
    const further = (await exportsOf(join(folder, built!))).filter((name) => !names.includes(name));
    if (further.length > 0) throw new Error(`${entry} exports what its source does not: ${further.join(", ")}`);
  }
}

/** Builds, packs and lints all packages. Returns the tarballs by the packages' names. */
export async function testTarballs(options: { readonly fresh: boolean }): Promise<ReadonlyMap<string, string>> {
  const tarballs = new Map<string, string>();
  const built = await check("the packages build", () => buildPackages(options));
  if (!built) return tarballs;
  for (const [name, folder] of packageFolders()) {
    await check(`${name}: exports what its sources export`, () => testExports(folder));
    const packed = await check(`${name}: packs`, async () => {
      const tarball = packPackage(folder, join(temporary, "tarballs"));
      tarballs.set(name, tarball);
      await testContents(tarball);
    });
    if (packed) {
      await check(`${name}: publint`, () =>
        node([tool("publint", "src/cli.js"), tarballs.get(name)!, "--strict"], root),
      );
    }
  }
  return tarballs;
}
