/**
 * Random programs as plain data, and running them on a backend.
 *
 * @module
 */
import { type Backend, type DType, dtypes, LucidError, sizeOf, type TypedArray } from "@lucid/backend";
import { add, manualSeed, type Tensor, tensor } from "@lucid/tensor";
import "@lucid/autograd";
import { elementwiseSteps, type Step } from "./elementwise-steps.js";
import { structuredSteps } from "./structured-steps.js";
import { type Common, isFloat, type Made, type Picker, type Value } from "./values.js";

/** A tensor with which a program starts. */
export interface ProgramLeaf {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Its elements are sixteenths from −2 to 2, which this number determines. */
  readonly seed: number;
  readonly requiresGrad: boolean;
}

/** One step of a program: its kind, and the numbers by which it chooses operands and arguments. */
export interface ProgramStep {
  readonly kind: string;
  readonly choices: readonly number[];
}

/** A program as plain data, which can run on every backend. Steps that do not fit are skipped when it runs. */
export interface Program {
  readonly leaves: readonly ProgramLeaf[];
  readonly steps: readonly ProgramStep[];
  /** For random numbers. */
  readonly seed: number;
}

/** All kinds of steps. */
export const stepKinds: Readonly<Record<string, Step>> = {
  ...elementwiseSteps,
  ...structuredSteps,
  inPlace: () => undefined,
};

/** A result of a program, which is compared. */
export interface Result {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly elements: TypedArray;
  /** The largest difference of the elements between two correct backends. */
  readonly error: number;
  /** Whether it is a gradient, whose error is only estimated. */
  readonly gradient: boolean;
}

/** What a program returned on a backend. */
export interface Outcome {
  /** The program as text, with one line for each step. */
  readonly listing: readonly string[];
  readonly results: readonly Result[];
  /** The number of steps that were carried out. */
  readonly executed: number;
  /** Leaves that got a gradient. */
  readonly gradients: number;
}

/** Makes sixteenths from −2 to 2 by a linear congruential generator. */
function leafValues(seed: number, count: number, dtype: DType): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const sixteenths = ((state >>> 8) % 65) - 32;
    const { kind } = dtypes[dtype];
    return kind === "int" ? sixteenths % 8 : kind === "bool" ? sixteenths & 1 : sixteenths / 16;
  });
}

/** The state of a program that is running. */
interface Running {
  readonly backend: Backend;
  readonly common: Common;
  readonly values: Value[];
  readonly listing: string[];
}

function pickerOf({ values, backend, common }: Running, choices: readonly number[]): Picker {
  let next = 0;
  const below = (count: number): number => (count <= 1 ? 0 : choices[next++ % choices.length]! % count);
  return {
    below,
    backend,
    common,
    of: (list) => list[below(list.length)]!,
    value(condition) {
      // The latest values come first, so that small numbers make chains.
      const fitting = values.filter(condition).reverse();
      return fitting.length === 0 ? undefined : fitting[below(fitting.length)];
    },
  };
}

/** Writes into an existing value. All values that share its memory change, too. */
function writeInPlace(running: Running, choices: readonly number[]): string | undefined {
  const pick = pickerOf(running, choices);
  const x = pick.value((v) => isFloat(v) && !(v.tensor.isLeaf && v.tensor.requiresGrad));
  if (x === undefined) return undefined;
  const [text, write, bound] = pick.of([
    ["add_(0.5)", (t: Tensor) => t.add_(0.5), x.bound + 0.5],
    ["mul_(-0.5)", (t: Tensor) => t.mul_(-0.5), x.bound],
    ["neg_()", (t: Tensor) => t.neg_(), x.bound],
  ] as const);
  write(x.tensor);
  for (const value of running.values) {
    if (value.tensor.storage !== x.tensor.storage) continue;
    value.bound = Math.max(value.bound, bound);
    value.error = Math.max(value.error, x.error > 0 ? x.error + 2 ** -22 * bound : 0);
  }
  return `${x.name}.${text}`;
}

/**
 * Rethrows an error that is not one of the framework's. A step that the framework refuses is part of what a program
 * does.
 */
function refusal(error: unknown): string {
  if (error instanceof LucidError) return `refused: ${error.name}`;
  throw error;
}

function execute(running: Running, { kind, choices }: ProgramStep): boolean {
  const { values, listing } = running;
  try {
    if (kind === "inPlace") {
      const text = writeInPlace(running, choices);
      if (text !== undefined) listing.push(text);
      return text !== undefined;
    }
    const found: Made | undefined = stepKinds[kind]!(pickerOf(running, choices));
    if (found === undefined || found.tensor.numel() > 20_000) return false;
    const name = `x${values.length}`;
    const { text, ...value } = found;
    values.push({ name, ...value });
    listing.push(`${name} = ${text}  // ${value.tensor.dtype} [${value.tensor.shape}]`);
    return true;
  } catch (error) {
    listing.push(`${kind} ${refusal(error)}`);
    return true;
  }
}

/** Computes the sum of the last values, where each element has its own factor. */
function lossOf({ values, backend, listing }: Running): Tensor | undefined {
  const chosen = values.filter((v) => isFloat(v) && v.tensor.requiresGrad && !v.tensor.isLeaf).slice(-3);
  let loss: Tensor | undefined;
  for (const { tensor: x } of chosen) {
    const weights = leafValues(77, x.numel(), "float32");
    const part = x.mul(tensor(weights, { backend }).reshape(x.shape)).sum();
    loss = loss === undefined ? part : add(loss, part);
  }
  if (loss !== undefined) listing.push(`backward from a weighted sum of ${chosen.map(({ name }) => name).join(", ")}`);
  return loss;
}

/** Runs a program on a backend. `common` is the same for all backends whose results are compared. */
export async function runProgram(program: Program, backend: Backend, common: Common): Promise<Outcome> {
  manualSeed(program.seed);
  const running: Running = { backend, common, values: [], listing: [] };
  const { values, listing } = running;
  program.leaves.forEach(({ shape, dtype, seed, requiresGrad }, i) => {
    const elements = leafValues(seed, sizeOf(shape), dtype);
    const leaf = tensor(elements, { backend, dtype }).reshape(shape).clone();
    const wanted = requiresGrad && dtypes[dtype].kind === "float";
    if (wanted) leaf.requiresGrad = true;
    values.push({ name: `x${i}`, tensor: leaf, bound: dtypes[dtype].kind === "int" ? 8 : 2, error: 0 });
    const shown = elements.length > 24 ? `${elements.slice(0, 24).join(", ")}, …` : elements.join(", ");
    listing.push(`x${i} = tensor([${shown}]).reshape([${shape}])  // ${dtype}${wanted ? ", requires a gradient" : ""}`);
  });
  let executed = 0;
  for (const step of program.steps) if (execute(running, step)) executed++;
  try {
    lossOf(running)?.backward();
  } catch (error) {
    listing.push(`backward ${refusal(error)}`);
  }
  const leaves = values.slice(0, program.leaves.length);
  const gradients = leaves.flatMap(({ name, tensor: { grad } }) =>
    grad === null ? [] : [{ name: `${name}.grad`, tensor: grad }],
  );
  const results = [
    ...values.map(({ name, tensor: x, error }) => ({ name, tensor: x, error, gradient: false })),
    ...gradients.map((found) => ({ ...found, error: 0, gradient: true })),
  ];
  const read = results.map(async ({ name, tensor: x, error, gradient }): Promise<Result> => {
    const { shape, dtype } = x;
    return { name, shape, dtype, elements: await x.data(), error, gradient };
  });
  return { listing, results: await Promise.all(read), executed, gradients: gradients.length };
}
