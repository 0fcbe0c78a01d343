/**
 * Programs as plain data, and what running one on a backend gives.
 *
 * @module
 */
import { type Backend, type DType, LucidError, sizeOf, type TypedArray } from "@lucid/backend";
import { add, manualSeed, type Tensor, tensor } from "@lucid/tensor";
import "@lucid/autograd";
import { elementwiseSteps, type Step } from "./elementwise-steps.js";
import { structuredSteps } from "./structured-steps.js";
import { isFloat, type Made, type Picker, type Value } from "./values.js";

/** A tensor that a program starts from. */
export interface ProgramLeaf {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Its elements are sixteenths from −2 to 2, by this number. */
  readonly seed: number;
  readonly requiresGrad: boolean;
}

/** One step of a program: what it does, and the numbers by which it chooses operands and arguments. */
export interface ProgramStep {
  readonly kind: string;
  readonly choices: readonly number[];
}

/** A program: plain data, with a meaning on every backend. Steps that do not fit are left out when it runs. */
export interface Program {
  readonly leaves: readonly ProgramLeaf[];
  readonly steps: readonly ProgramStep[];
  /** For random numbers. */
  readonly seed: number;
}

/** The steps there are. */
export const stepKinds: Readonly<Record<string, Step>> = {
  ...elementwiseSteps,
  ...structuredSteps,
  inPlace: () => undefined,
};

/** A result of a program, to be compared. */
export interface Result {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly elements: TypedArray;
  /** How far the elements may be apart on two backends. */
  readonly error: number;
  /** Whether it is a gradient, whose error is not followed but estimated. */
  readonly gradient: boolean;
}

/** What running a program gave. */
export interface Outcome {
  /** The program as text, a line for each thing that was done. */
  readonly listing: readonly string[];
  readonly results: readonly Result[];
  /** Steps that were carried out. */
  readonly executed: number;
  /** Leaves that got a gradient. */
  readonly gradients: number;
}

/** Sixteenths in −2 … 2, by a linear congruential generator. */
function leafValues(seed: number, count: number, dtype: DType): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const sixteenths = ((state >>> 8) % 65) - 32;
    return dtype === "int32" ? sixteenths % 8 : dtype === "bool" ? sixteenths & 1 : sixteenths / 16;
  });
}

/** A program while it runs. */
interface Running {
  readonly backend: Backend;
  readonly values: Value[];
  readonly listing: string[];
}

function pickerOf({ values, backend }: Running, choices: readonly number[]): Picker {
  let next = 0;
  const below = (count: number): number => (count <= 1 ? 0 : choices[next++ % choices.length]! % count);
  return {
    below,
    backend,
    of: (list) => list[below(list.length)]!,
    value(condition) {
      // The latest come first, so that small numbers make chains.
      const fitting = values.filter(condition).reverse();
      return fitting.length === 0 ? undefined : fitting[below(fitting.length)];
    },
  };
}

/** Writes into a value that is there; whatever shares its memory changes with it. */
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

/** Throws what is not an error of the framework: a step that is refused is part of what a program does. */
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
    if (found === undefined || found.tensor.size > 20_000) return false;
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

/** The sum of the last values, each element times a number of its own. */
function lossOf({ values, backend, listing }: Running): Tensor | undefined {
  const chosen = values.filter((v) => isFloat(v) && v.tensor.requiresGrad && !v.tensor.isLeaf).slice(-3);
  let loss: Tensor | undefined;
  for (const { tensor: x } of chosen) {
    const weights = leafValues(77, x.size, "float32");
    const part = x.mul(tensor(weights, { backend }).reshape(x.shape)).sum();
    loss = loss === undefined ? part : add(loss, part);
  }
  if (loss !== undefined) listing.push(`backward from a weighted sum of ${chosen.map(({ name }) => name).join(", ")}`);
  return loss;
}

/** Runs a program on a backend. */
export async function runProgram(program: Program, backend: Backend): Promise<Outcome> {
  manualSeed(program.seed);
  const running: Running = { backend, values: [], listing: [] };
  const { values, listing } = running;
  program.leaves.forEach(({ shape, dtype, seed, requiresGrad }, i) => {
    const elements = leafValues(seed, sizeOf(shape), dtype);
    const leaf = tensor(elements, { backend, dtype }).reshape(shape).clone();
    const wanted = requiresGrad && (dtype === "float32" || dtype === "float64");
    if (wanted) leaf.requiresGrad = true;
    values.push({ name: `x${i}`, tensor: leaf, bound: dtype === "int32" ? 8 : 2, error: 0 });
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
