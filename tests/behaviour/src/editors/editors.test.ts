import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { methodDeclarations } from "../../../../tools/method-declarations.js";
import type { Answer } from "./answers.js";
import { askTypeScript5 } from "./typescript-5.js";
import { askTypeScript7 } from "./typescript-7.js";

/** Calls, the beginning of their documentation, and all ways to call them. */
const methods: Readonly<Record<string, readonly [documentation: string, forms: readonly string[]]>> = {
  "x.sum(": [
    "Adds the elements up.",
    [
      'sum(dim?: Dims | null, keepdim?: boolean, options?: Omit<TypedReductionOptions, "dim" | "keepdim">): Tensor',
      'sum(dim: Dims | null, options: Omit<TypedReductionOptions, "dim">): Tensor',
      "sum(options: TypedReductionOptions): Tensor",
    ],
  ],
  "x.max(": [
    "Chooses the largest element",
    [
      "max(): Tensor",
      "max(dim: number, keepdim?: boolean): ValuesAndIndices",
      'max(dim: number, options: Omit<ExtremesOptions, "dim">): ValuesAndIndices',
      "max(options: ExtremesOptions): ValuesAndIndices",
      "max(other: Tensor): Tensor",
    ],
  ],
  "x.sort(": [
    "Sorts the elements along a dimension",
    [
      "sort(dim?: number, descending?: boolean): ValuesAndIndices",
      'sort(dim: number, options: Omit<SortOptions, "dim">): ValuesAndIndices',
      "sort(options: SortOptions): ValuesAndIndices",
    ],
  ],
  "x.topk(": [
    "Chooses the `k` largest",
    [
      'topk(k: number, dim?: number, options?: Omit<TopkOptions, "dim">): ValuesAndIndices',
      "topk(k: number, options: TopkOptions): ValuesAndIndices",
    ],
  ],
  "x.reshape(": [
    "Gives the elements another shape",
    ["reshape(list: readonly number[]): Tensor", "reshape(...shape: readonly number[]): Tensor"],
  ],
  "x.gather(": ["Selects elements along a dimension", ["gather(dim: number, index: Tensor): Tensor"]],
  "x.add(": ["Adds two tensors.", ["add(y: Operand, options?: AlphaOptions<Operand>): Tensor"]],
  "x.add_(": ["Writes the result into this tensor", ["add_(y: Operand, options?: AlphaOptions<Operand>): Tensor"]],
  "x.sin(": ["Computes the sine", ["sin(): Tensor"]],
  "x.lerp(": ["Interpolates linearly", ["lerp(end: Operand, weight: Operand): Tensor"]],
  "x.clamp(": [
    "Confines numbers to bounds.",
    ["clamp(min?: ClampOptions<Operand> | Operand | null, max?: Operand | null): Tensor"],
  ],
  "x.std(": [
    "Computes the standard deviation",
    ['std(dim?: Dims | null, options?: Omit<VarianceOptions, "dim">): Tensor', "std(options: VarianceOptions): Tensor"],
  ],
  "x.fill_(": ["Sets every element to one value", ["fill_(value: number | boolean | Tensor): Tensor"]],
};

const functions: typeof methods = {
  " sum(": [
    "Adds the elements up.",
    [
      'sum(x: Tensor, dim?: Dims | null, keepdim?: boolean, options?: Omit<TypedReductionOptions, "dim" | "keepdim">): Tensor',
      'sum(x: Tensor, dim: Dims | null, options: Omit<TypedReductionOptions, "dim">): Tensor',
      "sum(x: Tensor, options: TypedReductionOptions): Tensor",
    ],
  ],
  " max(": [
    "Chooses the largest element",
    [
      "max(x: Tensor): Tensor",
      "max(x: Tensor, dim: number, keepdim?: boolean): ValuesAndIndices",
      'max(x: Tensor, dim: number, options: Omit<ExtremesOptions, "dim">): ValuesAndIndices',
      "max(x: Tensor, options: ExtremesOptions): ValuesAndIndices",
      "max(x: Tensor, other: Tensor): Tensor",
    ],
  ],
  " add(": [
    "Adds two tensors.",
    [
      "add(x: Operand, y: Operand, options?: AlphaOptions): Tensor",
      "add(x: FormulaOperand, y: FormulaOperand, options?: AlphaOptions<FormulaOperand>): Formula",
    ],
  ],
  " zeros(": [
    "Makes a tensor of zeros",
    [
      "zeros(shape: readonly number[], options?: TensorOptions): Tensor",
      "zeros(...sizes: readonly number[]): Tensor",
      "zeros(...sizes: number[], options: TensorOptions): Tensor",
    ],
  ],
};

const classes: typeof methods = {
  "new Adam(": [
    "Adam: steps scaled by running moments of the gradient",
    ["Adam(parameters: ParametersToOptimize<AdamOptions>, options?: SomeOptions<AdamOptions>): Adam"],
  ],
  "new Linear(": [
    "A fully connected layer",
    ["Linear(inFeatures: number, outFeatures: number, options?: LinearOptions): Linear"],
  ],
  "new HuberLoss(": ["The Huber loss", ["HuberLoss(options?: HuberLossOptions): HuberLoss"]],
  "new nn.LayerNorm(": [
    "Normalizes over the last dimensions",
    ["LayerNorm(normalizedShape: number | readonly number[], options?: LayerNormOptions): LayerNorm"],
  ],
  "new ReLU(": ["The rectified linear unit", ["ReLU(options?: Readonly<Record<never, never>>): ReLU"]],
};

const calls = { ...methods, ...functions, ...classes };

const folder = mkdtempSync(join(tmpdir(), "lucid-editors-"));
afterAll(() => rmSync(folder, { recursive: true }));
symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(folder, "node_modules"));
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    compilerOptions: {
      strict: true,
      target: "ES2022",
      lib: ["ES2022", "ESNext.Disposable"],
      types: [],
      module: "NodeNext",
      moduleResolution: "NodeNext",
      customConditions: ["@lucid/source"],
    },
    files: ["program.mts"],
  }),
);

const text = `
import * as nn from "@lucid/nn";
import { HuberLoss, Linear, ReLU } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import { add, max, sum, tensor, zeros } from "@lucid/tensor";
const x = tensor([1, 2]);
x.sum(0); x.max(0); x.sort(0); x.topk(1); x.reshape(2, 1); x.gather(0, x); x.add(1); x.add_(1); x.sin(); x.lerp(x, 1);
x.clamp(0); x.std(0); x.fill_(0);
new Adam([x], { lr: 1 }); new Linear(1, 2); new HuberLoss({ delta: 1 }); new nn.LayerNorm(3); new ReLU(); sum(x); max(x, 0); add(x, 1); zeros(2, 3);
`;
const program = join(folder, "program.mts");
writeFileSync(program, text);

const tensorPackage = fileURLToPath(new URL("../../../../packages/tensor", import.meta.url));
/** In place of the sources' types of methods stands what is published. */
const changed = new Map([[join(tensorPackage, "src/method-types.ts"), methodDeclarations(tensorPackage).text]]);

/** Members of unions in one order, without the undefined that `?` implies and without the names of modules. */
const normalized = (label: string): string =>
  label
    .replace(/ \| undefined(?=[,)])/g, "")
    .replace(/\bnn\.(functional\.)?/g, "")
    .replace("Operand | ClampOptions<Operand> | null", "ClampOptions<Operand> | Operand | null");

for (const [version, ask] of [
  ["TypeScript 5", askTypeScript5],
  ["TypeScript 7", askTypeScript7],
] as const) {
  describe(`${version} shows in editors`, async () => {
    const answers = await ask({ program, text, changed }, Object.keys(calls));

    test.each(Object.entries(calls))("the documentation and all forms of %s)", (call, [documentation, forms]) => {
      const { hover, signatures } = answers.get(call) as Answer;
      expect(hover).toContain(documentation);
      if (call in methods) for (const signature of signatures) expect(signature.documentation).toContain(documentation);
      expect(signatures.map(({ label }) => normalized(label)).sort()).toEqual([...forms].sort());
    });

    test("no names that the compiler invented", () => {
      for (const { hover, signatures } of answers.values()) {
        const shown = [hover, ...signatures.map(({ label }) => label)].join("\n");
        expect(shown).not.toMatch(/args_\d|rest_\d|Tensor<|import\(/);
      }
    });
  });
}
