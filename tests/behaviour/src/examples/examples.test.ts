/** Runs every example in the packages' comments and in the Markdown pages, and compares the results. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileExample } from "documentation/compile";
import { type Example, extractExamples, isExcerpt } from "documentation/extract";
import { findExamples } from "documentation/find";
import { matches, print } from "documentation/print";
import { executable, type Outcome, runExample, type Surroundings } from "documentation/run";
import { transform } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

type Names = Readonly<Record<string, unknown>>;

/** The packages by folder. If several export a name, the first one counts. */
const packages: Readonly<Record<string, () => Promise<Names>>> = {
  lucid: () => import("@lucid/lucid"),
  tensor: () => import("@lucid/tensor"),
  autograd: () => import("@lucid/autograd"),
  nn: () => import("@lucid/nn"),
  linalg: () => import("@lucid/linalg"),
  optim: () => import("@lucid/optim"),
  fft: () => import("@lucid/fft"),
  safetensors: () => import("@lucid/safetensors"),
  "backend-cpu": () => import("@lucid/backend-cpu"),
  backend: () => import("@lucid/backend"),
  "backend/kit": () => import("@lucid/backend/kit"),
  "backend/nursery": () => import("@lucid/backend/nursery"),
  "backend-conformance": () => import("@lucid/backend-conformance"),
  "minimal-backend": () => import("../../../../apps/minimal-backend/src/index.js"),
};

/** The names that an example can use: its own module's exports, then its package's, then those of all packages. */
async function surroundingsOf({ file }: Example): Promise<Surroundings> {
  const names: Record<string, unknown> = {};
  const take = (exports: Names): void => {
    for (const [name, value] of Object.entries(exports)) names[name] ??= value;
  };
  if (file.endsWith(".ts")) take((await import(/* @vite-ignore */ join(root, file))) as Names);
  const own = packages[file.split("/")[1] ?? ""];
  if (own !== undefined) take(await own());
  for (const load of Object.values(packages)) take(await load());
  const load = async (specifier: string): Promise<unknown> => {
    const known = packages[specifier.replace(/^@lucid\//, "")];
    return known !== undefined ? await known() : await import(/* @vite-ignore */ specifier);
  };
  return { names, load };
}

/** A result of an example that differs from its comment. */
interface Failure {
  readonly line: number;
  readonly expected: string;
  readonly got: string;
}

/** Rewrites syntax, such as `using`, that not every version of Node has. */
async function lower(module: string): Promise<string> {
  return (await transform(module, { target: "es2022", format: "esm" })).code;
}

async function failuresOf({ code, line }: Example, surroundings: Surroundings): Promise<Failure[]> {
  const compiled = compileExample(code, line);
  const outcomes: Outcome[] = [];
  await runExample(compiled, await executable(compiled, surroundings, lower), surroundings, (outcome) => {
    outcomes.push(outcome);
  });
  return outcomes
    .filter(({ good }) => good === false)
    .map(({ line, expected, text }) => ({ line, expected: expected ?? "a run without an error", got: text }));
}

const report = (file: string, failures: readonly Failure[]): string =>
  failures.map(({ line, expected, got }) => `${file}:${line}\n  expected ${expected}\n  got      ${got}`).join("\n");

// Examples write files by name.
const folder = mkdtempSync(join(tmpdir(), "lucid-examples-"));
const before = process.cwd();
process.chdir(folder);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const examples = findExamples(root);
const running = examples.filter((example) => example.runs);

describe("examples", () => {
  for (const example of running) {
    it(`${example.file}:${example.line}`, async () => {
      const failures = await failuresOf(example, await surroundingsOf(example));
      if (failures.length > 0) {
        const error = new Error(report(example.file, failures));
        error.stack = error.message;
        throw error;
      }
    });
  }

  for (const example of examples.filter(({ excerpt }) => excerpt === true)) {
    it(`${example.file}:${example.line} is a part of what runs`, () => {
      expect(isExcerpt(example, examples), `no running block of the page has these lines:\n${example.code}`).toBe(true);
    });
  }

  it("are found, and only few cannot run", () => {
    const left = examples
      .filter(({ runs, excerpt, runner }) => !runs && excerpt !== true && runner === undefined)
      .map(({ file, line }) => `${file}:${line}`);
    console.log(`${running.length} examples run; ${left.length} cannot (no-run): ${left.join(", ")}`);
    expect(running.length).toBeGreaterThan(20);
    expect(left.length).toBeLessThan(running.length / 5);
  });
});

describe("the runner", () => {
  const example = (code: string): Example => ({ file: "x.md", subject: "", line: 10, code, runs: true });
  const run = (code: string, names: Names = {}): Promise<Failure[]> =>
    failuresOf(example(code), { names, load: (specifier) => import(/* @vite-ignore */ specifier) });

  it("finds blocks in comments and pages, with their lines", () => {
    const source = ["/**", " * Text.", " *", " * @example", " * ```ts", " * a; // → 1", " * b;", " * ```", " */"].join(
      "\n",
    );
    const declarations = ["export interface Box<T> {", "  readonly size: number;", source, "  open(): T;", "}"];
    const text = [source, "export const a: number = 1;", ...declarations].join("\n");
    const found = { file: "a.ts", code: "a; // → 1\nb;", runs: true };
    expect(extractExamples("a.ts", text)).toEqual([
      { ...found, line: 6, subject: "a" },
      { ...found, line: 18, subject: "Box.open" },
    ]);
    const page = "# The `page`\n\n```sh\n# no\n```\n- item\n  ```ts no-run\n  a;\n  ```\n## Part\n```ts\nb;\n```\n";
    expect(extractExamples("a.md", page)).toEqual([
      { file: "a.md", subject: "The page", line: 8, code: "a;", runs: false },
      { file: "a.md", subject: "Part", line: 12, code: "b;", runs: true },
    ]);
    expect(() => extractExamples("a.md", "```ts\na;\n")).toThrow("not closed");
  });

  it("runs blocks that continue each other as one program, and recognises parts of programs that run", async () => {
    const page = [
      "```ts",
      "const a = [",
      "  1,",
      "];",
      "```",
      "Text.",
      "```ts excerpt",
      "1,",
      "];",
      "```",
      "```ts continue",
      "a.length; // → 2",
      "```",
      "```ts excerpt",
      "2,",
      "```",
    ].join("\n");
    const [whole, part, other] = extractExamples("a.md", page);
    expect(whole).toEqual({
      file: "a.md",
      subject: "",
      line: 2,
      code: `const a = [\n  1,\n];${"\n".repeat(8)}a.length; // → 2`,
      runs: true,
    });
    expect(part).toEqual({ file: "a.md", subject: "", line: 8, code: "1,\n];", runs: false, excerpt: true });
    expect(isExcerpt(part!, [whole!])).toBe(true);
    expect(isExcerpt(other!, [whole!])).toBe(false);
    expect(await failuresOf(whole!, { names: {}, load: async () => ({}) })).toEqual([
      { line: 12, expected: "2", got: "1" },
    ]);
    expect(() => extractExamples("a.md", "```ts continue\na;\n```\n")).toThrow("nothing to continue");
  });

  it("passes examples that are right", async () => {
    const code = [
      "1 + 1; // → 2",
      "// A remark.",
      "const list: readonly number[] = [1, -0]; // → [1, -0]",
      'console.log("a", 1, list); // → a 1 [1, -0]',
      "const { length } = list;",
      "await Promise.resolve(length); // → 2",
      "null!.x; // throws TypeError: null",
      "255; // → 0xff",
      "0.30000000000000004; // → ≈ 0.3",
      "undefined; // → undefined: nothing there",
      "for (const one of [3, 3]) {",
      "  one; // → 3",
      "}",
      '"a\\n  b";',
      "// → a",
      "//     b",
      "[",
      "  1,",
      "  2,",
      "]; // → [1, 2]",
      "given(2); // → 4",
      "",
    ].join("\n");
    expect(await run(code, { given: (x: number) => 2 * x })).toEqual([]);
  });

  it("resolves imports, and prefers the names of the example itself", async () => {
    const code =
      'import { join as put } from "node:path";\nimport * as path from "node:path";\nconst given = put("a", "b");\ngiven; // → "a/b"\npath.sep; // → "/"\n';
    expect(await run(code, { given: 1 })).toEqual([]);
  });

  it("says what is wrong, and where", async () => {
    expect(await run("const a = 1;\na; // → 2\n[a]; // → [1, 1]")).toEqual([
      { line: 11, expected: "2", got: "1" },
      { line: 12, expected: "[1, 1]", got: "[1]" },
    ]);
    expect(await run("1; // throws TypeError")).toEqual([
      { line: 10, expected: "throws TypeError", got: "nothing was thrown" },
    ]);
    expect(await run("null!.x; // throws RangeError")).toMatchObject([{ line: 10, expected: "throws RangeError" }]);
    expect(await run("1;\n\nmissing;")).toEqual([
      { line: 12, expected: "a run without an error", got: "ReferenceError: missing is not defined" },
    ]);
    expect(await run("if (0 > 1) {\n  2; // → 2\n}")).toEqual([
      { line: 11, expected: "2", got: "this line was not reached" },
    ]);
    expect(await run('console.log("a"); // → b')).toEqual([{ line: 10, expected: "b", got: "a" }]);
    expect(await run("function f() {\n  return 1; // → 1\n}")).toEqual([
      { line: 11, expected: "// → 1", got: "a comment that belongs to no statement" },
    ]);
  });

  it("prints values as examples write them", () => {
    expect(print(Float32Array.of(1, 2.5))).toBe("Float32Array [1, 2.5]");
    expect(print({ shape: [2, 3], "a-b": "c", f: undefined })).toBe('{ shape: [2, 3], "a-b": "c", f: undefined }');
    expect(print({ toString: () => "Tensor([1, 2])" })).toBe("Tensor([1, 2])");
    expect(print(new Map([["a", new Set([1])]]))).toBe('Map {"a" => Set {1}}');
    expect(print(new RangeError("no"))).toBe("RangeError: no");
    expect(matches(0, "-0")).toBe(false);
    expect(matches("2", "2")).toBe(false);
    expect(matches(0.25, "≈ 0.3")).toBe(true);
    expect(matches(0.2, "≈ 0.3")).toBe(false);
    expect(matches(10, "1")).toBe(false);
    expect(matches(1, "1.5")).toBe(false);
  });
});
