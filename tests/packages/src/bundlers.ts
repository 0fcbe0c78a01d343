/** Bundles and minifies the packages with several bundlers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import { minify } from "terser";
import * as vite from "vite";
import webpack from "webpack";
import { check, node } from "./check.js";
import { installConsumer } from "./consumers.js";
import type { Registry } from "./registry.js";

interface Bundler {
  readonly name: string;
  /** Bundles and minifies the module `entry` into `outfile`. */
  bundle(folder: string, entry: string, outfile: string): Promise<unknown>;
}

const bundlers: readonly Bundler[] = [
  {
    name: "esbuild",
    bundle: (folder, entry, outfile) =>
      esbuild.build({
        absWorkingDir: folder,
        entryPoints: [entry],
        outfile: join(folder, outfile),
        bundle: true,
        minify: true,
        format: "esm",
        platform: "neutral",
        target: "es2022",
        logLevel: "silent",
      }),
  },
  {
    name: "Vite",
    bundle: (folder, entry, outfile) =>
      vite.build({
        root: folder,
        configFile: false,
        logLevel: "silent",
        build: {
          outDir: ".",
          emptyOutDir: false,
          minify: true,
          target: "es2022",
          rollupOptions: {
            input: join(folder, entry),
            output: { entryFileNames: outfile },
            preserveEntrySignatures: "strict",
          },
        },
      }),
  },
  {
    name: "webpack",
    async bundle(folder, entry, outfile) {
      const compiler = webpack({
        context: folder,
        mode: "production",
        entry: `./${entry}`,
        target: ["web", "es2022"],
        output: { path: folder, filename: outfile, module: true, chunkFormat: "module", library: { type: "module" } },
        experiments: { outputModule: true },
        performance: false,
      })!;
      const stats = await promisify(compiler.run.bind(compiler))();
      if (stats?.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
    },
  },
  {
    name: "Rollup with terser",
    async bundle(folder, entry, outfile) {
      const build = await rollup({ input: join(folder, entry), plugins: [nodeResolve()], logLevel: "silent" });
      const { output } = await build.generate({ format: "es" });
      const { code } = await minify(output[0].code, { module: true });
      writeFileSync(join(folder, outfile), code!);
    },
  },
];

const printing = `
import { nn, ones, ShapeError } from "@lucid/lucid";
console.log(String(new nn.Sequential(new nn.Linear(1, 2), new nn.ReLU(), new nn.LayerNorm(2))));
try {
  ones([2]).add(ones([3]));
} catch (error) {
  if (!(error instanceof ShapeError)) throw error;
  console.log(error.constructor.name);
}
`;

/** Imports only nn. `backward()` has to work nevertheless. */
const linearAlone = `
import { createCpuBackend } from "@lucid/backend-cpu";
import { Linear } from "@lucid/nn";
import { setDefaultBackend, sum, tensor } from "@lucid/tensor/functions";

setDefaultBackend(createCpuBackend);
const layer = new Linear(1, 1);
sum(layer(tensor([[1]]))).backward();
for (const parameter of layer.parameters()) if (parameter.grad == null) throw new Error("a parameter has no gradient");
`;

const oneOperation = (entry: string): string =>
  `import { add, tensor } from "${entry}";\nexport const sum = () => add(tensor([1]), 1);\n`;

const programs = {
  "printing.js": printing,
  "linear-alone.js": linearAlone,
  "functions.js": oneOperation("@lucid/tensor/functions"),
  "full.js": oneOperation("@lucid/tensor"),
};

export async function testBundlers(registry: Registry): Promise<void> {
  let folder = "";
  const installed = await check("bundlers: the packages install", async () => {
    const packages = ["@lucid/lucid", "@lucid/nn", "@lucid/tensor", "@lucid/backend-cpu"];
    folder = await installConsumer("bundlers", packages, [], registry);
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  });
  if (!installed) return;

  let expected = "";
  await check("bundlers: without one, models and errors print their names", async () => {
    expected = await node(["printing.js"], folder);
    const names = expected.match(/[A-Z]\w+(?=\(|$)/gm)?.join(" ");
    if (names !== "Sequential Linear ReLU LayerNorm ShapeError") throw new Error(`printed\n${expected}`);
  });

  for (const { name, bundle } of bundlers) {
    const outfileOf = (entry: string): string => entry.replace(".js", `.${name.split(" ")[0]}.min.mjs`);
    const bundled = async (entry: string): Promise<string> => {
      await bundle(folder, entry, outfileOf(entry));
      return readFileSync(join(folder, outfileOf(entry)), "utf8");
    };
    await check(`${name}: minified classes keep their names in what is printed`, async () => {
      await bundled("printing.js");
      const printed = await node([outfileOf("printing.js")], folder);
      if (printed !== expected) throw new Error(`printed\n${printed}instead of\n${expected}`);
    });
    await check(`${name}: a bundle of Linear alone keeps backward() and holds no losses`, async () => {
      const text = await bundled("linear-alone.js");
      await node([outfileOf("linear-alone.js")], folder);
      const losses = ["huberLoss", "crossEntropy", "Sequential"].filter((loss) => text.includes(loss));
      if (losses.length > 0) throw new Error(`${losses} in it: something at the top of a module is not marked pure`);
    });
    await check(`${name}: one operation from @lucid/tensor/functions is smaller than from @lucid/tensor`, async () => {
      const functions = (await bundled("functions.js")).length;
      const full = (await bundled("full.js")).length;
      if (!(functions < 0.8 * full)) throw new Error(`functions: ${functions} bytes, full: ${full} bytes`);
    });
  }
}
