/**
 * The guide docs/write-a-backend.md and its second page, docs/backends-in-depth.md, cannot drift: the minimal backend is that
 * of apps/minimal-backend, the contract that of `@lucid/backend`, the tables say what the table of operations and the casts
 * compute, the first run is run, members are written in the order that it proposes, and the code passes the compiler.
 * (Its blocks are executed with all other examples, in tests/behaviour.)
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as contract from "@lucid/backend";
import {
  type Backend,
  convertValue,
  type DType,
  dtypeNames,
  dtypes,
  type Expr,
  scalarOperations,
} from "@lucid/backend";
import * as kit from "@lucid/backend/kit";
import * as nursery from "@lucid/backend/nursery";
import { conformanceCases, runConformance } from "@lucid/backend-conformance/cases";
import { createMinimalBackend } from "minimal-backend";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const guide = read("docs/write-a-backend.md");
const depth = read("docs/backends-in-depth.md");

/** A fenced block of the guide. */
interface Block {
  readonly language: string;
  readonly flags: readonly string[];
  readonly text: string;
}

const blocksOf = (page: string): readonly Block[] =>
  [...page.matchAll(/^```(\S+)(.*)\n([\s\S]*?)^```$/gm)].map(([, language, flags, text]) => ({
    language: language!,
    flags: flags!.trim().split(/\s+/),
    text: text!,
  }));
const blocks: readonly Block[] = blocksOf(guide);

function fileOf(name: string): string {
  const found = blocks.filter(({ flags }) => flags.includes(`file=${name}`));
  expect(found.length, `blocks with file=${name}`).toBe(1);
  return found[0]!.text;
}

/** Cells of the rows of the table that begins with this heading row. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const start = guide.indexOf(heading);
  expect(start, heading).toBeGreaterThan(0);
  const rows = guide
    .slice(start)
    .split("\n\n")[0]!
    .split("\n")
    .slice(2)
    .filter((row) => row.startsWith("|"));
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const unquoted = (cell: string): string => cell.replaceAll("`", "").trim();

const number = (text: string): number =>
  text === "∞" ? Infinity : text === "-∞" ? -Infinity : text === "NaN" ? NaN : Number(text);

/** `1 2 → 3, …` as rows of numbers, the result last. */
function examplesOf(cell: string): readonly (readonly number[])[] {
  if (cell.trim() === "") return [];
  return unquoted(cell)
    .split(", ")
    .map((row) => {
      expect(row).toMatch(/ → /);
      const numbers = row.split(/ → | /).map(number);
      expect(numbers.filter((value) => value !== value).length, row).toBe(row.split("NaN").length - 1);
      return numbers;
    });
}

describe("the guide", () => {
  it("contains the minimal backend as it is", () => {
    expect(fileOf("src/index.ts")).toBe(read("apps/minimal-backend/src/index.ts"));
  });

  it("contains the contract as it is", () => {
    const bare = (source: string): string =>
      source
        .replace(/\/\*\*[\s\S]*?\*\//g, "")
        .replace(/^export /gm, "")
        .replace(/\s+/g, " ");
    const sourceOf = (files: readonly string[]): string =>
      files.map((file) => bare(read(`packages/backend/src/${file}`))).join(" ");
    const own = sourceOf(["backend.ts", "view.ts"]);
    const source = own + sourceOf(["outcome.ts", "dtype.ts", "expr/node.ts", "expr/operations.ts"]);
    const declarations = fileOf("contract").trim().split("\n\n");
    for (const declaration of declarations) expect(source).toContain(bare(declaration).trim());
    const namesIn = (text: string): string[] =>
      [...text.matchAll(/\b(?:interface|type) (\w+)(?: =|<B| \{)/g)].map(([, name]) => name!);
    const given = namesIn(fileOf("contract"));
    expect(namesIn(own).filter((name) => !given.includes(name))).toEqual([]);
  });

  it("has a row for every member", () => {
    const members = {
      name: true,
      capabilities: true,
      allocate: true,
      free: true,
      write: true,
      read: true,
      readSync: true,
      synchronize: true,
      hostView: true,
      copyFrom: true,
      map: true,
      reduce: true,
      matmul: true,
      gather: true,
      scatter: true,
      scan: true,
      sort: true,
      fused: true,
      memory: true,
      close: true,
    } satisfies Record<keyof Backend, true>;
    const rows = tableOf("| member | what it does | element types | throws |").map(([name]) => unquoted(name!));
    expect(rows).toEqual(Object.keys(members));
  });

  it("has a row for every kind of expression", () => {
    const kinds = {
      input: true,
      constant: true,
      scalar: true,
      index: true,
      random: true,
      cast: true,
      operation: true,
    } satisfies Record<Expr["kind"], true>;
    const rows = tableOf("| `kind` | further fields |").map(([name]) => unquoted(name!));
    expect(rows).toEqual(Object.keys(kinds));
  });

  it("has a row for every scalar operation, with the right numbers", () => {
    const seen: string[] = [];
    for (const [call, on, , floats, ints] of tableOf("| operation | on | result |")) {
      const [, name, operands, result = "same"] = /^(\w+)\(([a-c, ]+)\)(?:: (bool))?$/.exec(unquoted(call!))!;
      seen.push(name!);
      const row = scalarOperations[name as keyof typeof scalarOperations];
      expect(row, name).toBeDefined();
      expect(operands!.split(", ").length, name).toBe(row.arity);
      expect(result, name).toBe(row.result);
      const kinds = (["float", "int", "bool"] as const).filter((kind) => row[kind] !== undefined);
      expect(on!.split(" "), name).toEqual(kinds);
      const check = (cell: string, dtype: "float64" | "int32"): void => {
        const evaluate = row[dtypes[dtype].kind];
        const examples = examplesOf(cell);
        expect(examples.length > 0, `${name} has examples in ${dtype} where it is defined`).toBe(
          evaluate !== undefined,
        );
        for (const numbers of examples) {
          const wanted = numbers.at(-1)!;
          expect(numbers.length, `${name} ${numbers}`).toBe(row.arity + 1);
          const value = evaluate!(numbers[0]!, row.arity > 1 ? numbers[1]! : 0, row.arity > 2 ? numbers[2]! : 0);
          expect(dtypes[row.result === "bool" ? "bool" : dtype].wrap(value), `${name} ${numbers}`).toBe(wanted);
        }
      };
      check(floats!, "float64");
      check(ints!, "int32");
    }
    expect(seen.sort()).toEqual(Object.keys(scalarOperations).sort());
  });

  it("describes casts as they are computed", () => {
    const rows = tableOf("| from | to | rule | examples |");
    expect(rows.length).toBeGreaterThan(8);
    for (const [from, to, , examples] of rows) {
      for (const [value, result] of examplesOf(examples!)) {
        expect(convertValue(value!, from as DType, to as DType), `${value} from ${from} to ${to}`).toBe(result);
      }
    }
    expect(tableOf("| `DType` | on the host").map(([name]) => unquoted(name!))).toEqual(dtypeNames);
  });

  it("mentions everything that the entries of @lucid/backend export", () => {
    const names = [contract, kit, nursery].flatMap((entry) => Object.keys(entry));
    const missing = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(guide + depth));
    expect(missing).toEqual([]);
  });

  it("names every level of the suite", () => {
    const named = tableOf("| level | tests |").flatMap(([cell]) => unquoted(cell!).split(", "));
    expect(named.sort()).toEqual([...new Set(conformanceCases().map(({ level }) => level))].sort());
  });

  it("explains only messages that exist", () => {
    const sources = (folder: string): string =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
        .join("\n");
    const text = ["packages/backend-conformance/src", "packages/tensor/src"].map(sources).join("\n");
    const literal = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const messages = tableOf("| message | usual cause |").flatMap(([cell]) => [...cell!.matchAll(/`([^`]+)`/g)]);
    expect(messages.length).toBeGreaterThan(20);
    for (const [, message] of messages) {
      // Element types and classes are filled into the messages.
      const pattern = message!
        .split(/\b(?:float32|int32|uint8|\w+Error)\b/)
        .map(literal)
        .join("[^`]*");
      expect(text, message).toMatch(new RegExp(pattern));
    }
  });

  it("links only to headings and files that exist", () => {
    const anchor = (heading: string): string =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-");
    const proseOf = (page: string): string => page.replace(/^```[\s\S]*?^```$/gm, "");
    const anchorsOf = (page: string): readonly string[] =>
      [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading!));
    for (const page of [guide, depth]) {
      const prose = proseOf(page).replace(/`[^`]*`/g, "");
      for (const [, file, heading] of prose.matchAll(/\]\((?!https:)([^)#]*)#?([^)]*)\)/g)) {
        if (file !== "") expect(existsSync(join(root, "docs", file!)), file).toBe(true);
        const target = file === "" ? page : heading === "" ? "" : read(join("docs", file!));
        if (heading !== "") expect(anchorsOf(target), `${file}#${heading}`).toContain(heading);
      }
    }
  });
});

describe("starting with an empty backend", () => {
  const folder = join(import.meta.dirname, "../dist/guide-stub");

  it("passes the levels that the table says", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "stub.ts"), fileOf("stub"));
    const stub: { createMyBackend(): Backend } = await import(/* @vite-ignore */ join(folder, "stub.ts"));
    rmSync(folder, { recursive: true });
    const whole: Backend = createMinimalBackend();
    const names = (cell: string): string[] => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!);
    const cases = conformanceCases();
    const seen = new Set<string>();
    let passedBeforeSort: readonly string[] = [];
    let backend = stub.createMyBackend();
    for (const [members, passing] of tableOf("| write | then these levels pass |")) {
      const written = Object.entries(whole).filter(([member]) => names(members!).includes(member));
      expect(written.length).toBe(names(members!).length);
      backend = { ...backend, ...Object.fromEntries(written) };
      if (names(members!).includes("sort")) passedBeforeSort = [...seen];
      const [levels, exception] = passing!.split(", except one case that calls ");
      for (const level of names(levels!)) seen.add(level);
      const completed = cases.filter(({ level }) => names(levels!).includes(level));
      expect(completed.length).toBeGreaterThan(0);
      const { problems } = await runConformance(backend, { cases: completed });
      if (exception === undefined) expect(problems, members).toEqual([]);
      else expect(problems).toEqual([expect.stringContaining(`[${names(exception)[0]}] not written yet`)]);
    }
    expect([...seen].sort()).toEqual([...new Set(cases.map(({ level }) => level))].sort());

    const [, list] = /expectedFailures: (\[.*\])/.exec(fileOf("expected"))!;
    const unsorted: Backend = { ...whole, sort: stub.createMyBackend().sort };
    // The levels before passed without `sort` above.
    expect(passedBeforeSort.length).toBeGreaterThan(5);
    const later = cases.filter(({ level }) => !passedBeforeSort.includes(level));
    const { problems } = await runConformance(unsorted, { expectedFailures: JSON.parse(list!), cases: later });
    expect(problems).toEqual([]);
  });
});

describe("the guide's first run", () => {
  const folder = join(import.meta.dirname, "../dist/guide");
  const run = (script: string, args: readonly string[]): Promise<string> => {
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("VITEST")));
    return new Promise((resolve) => {
      const options = { cwd: folder, env: { ...env, NO_COLOR: "1", FORCE_COLOR: "0" }, maxBuffer: 2 ** 26 };
      execFile(process.execPath, [script, ...args], options, (_, stdout, stderr) => resolve(stdout + stderr));
    });
  };
  const bin = (name: string, file: string): string =>
    join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);

  it("prints what the guide says", async () => {
    rmSync(folder, { recursive: true, force: true });
    for (const file of ["package.json", "src/index.ts", "test/conformance.test.ts"]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), fileOf(file));
    }
    const config = [
      'import base from "../../../../vitest.config.js";',
      "export default { resolve: base.resolve, ssr: base.ssr, root: import.meta.dirname,",
      '  test: { include: ["test/*.test.ts"], exclude: [], pool: "forks", maxWorkers: 1 } };',
    ];
    writeFileSync(join(folder, "vitest.config.ts"), config.join("\n"));
    let output = await run(bin("vitest", "vitest.mjs"), ["run"]);
    for (const line of fileOf("output").split("\n")) {
      const pattern = line
        .trim()
        .split("…")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("\\d+");
      expect(output).toMatch(new RegExp(pattern));
      output = output.slice(output.search(pattern));
    }
  });

  it("contains only code that compiles", async () => {
    mkdirSync(join(folder, "src"), { recursive: true });
    mkdirSync(join(folder, "test"), { recursive: true });
    writeFileSync(join(folder, "src/index.ts"), fileOf("src/index.ts"));
    writeFileSync(join(folder, "test/conformance.test.ts"), fileOf("test/conformance.test.ts"));
    const programs: string[] = [];
    for (const { language, flags, text } of [...blocks, ...blocksOf(depth)]) {
      if (language !== "ts" || flags.includes("no-run") || flags.includes("file=contract")) continue;
      if (flags.includes("continue")) programs[programs.length - 1] += text;
      else programs.push(text);
    }
    for (const [i, program] of programs.entries()) {
      writeFileSync(join(folder, `src/program${i}.ts`), `${program}\nexport {};\n`);
    }
    const { compilerOptions } = JSON.parse(fileOf("tsconfig.json")) as { readonly compilerOptions: object };
    const options = { ...compilerOptions, noEmit: true, rootDir: root, customConditions: ["@lucid/source"] };
    const checked = { compilerOptions: options, include: ["src", "test"], exclude: [] };
    writeFileSync(join(folder, "package.json"), fileOf("package.json"));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(checked));
    const output = await run(bin("typescript", "bin/tsc"), ["-p", folder, "--pretty", "false"]);
    // What is wrong in the packages themselves is another test's matter.
    expect(output.split("\n").filter((line) => /^(?:src|test)\//.test(line))).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});
