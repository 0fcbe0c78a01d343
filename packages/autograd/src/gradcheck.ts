/**
 * Checks of gradients against finite differences.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  checkOptions,
  describeValue,
  dtypes,
  formatShape,
  isStorageType,
  type OptionNames,
  type TypedArray,
} from "@lucid/backend";
import { assertFunction, asUser, readElementsSync, viewed } from "@lucid/tensor/extend";
import { add, Tensor, zerosLike } from "@lucid/tensor/functions";
import { gradientsAt, gradientsAtAsync } from "./engine.js";
import { type Edge, edgeOf } from "./graph.js";
import { enableGrad, noGrad } from "./modes.js";
import { runLater, runNow, type Steps, take } from "./waiting.js";

/** Options of {@link gradcheck}. The defaults are PyTorch's and meant for float64. */
export interface GradcheckOptions {
  /** The step of the central differences; default 1e-6. */
  readonly eps?: number;
  /** The absolute tolerance; default 1e-5. */
  readonly atol?: number;
  /** The relative tolerance; default 1e-3. */
  readonly rtol?: number;
  /** Whether a difference is an error; false makes the result false instead; default true. */
  readonly raiseException?: boolean;
  /** How far two backward passes of the same outputs may differ; default 0. */
  readonly nondetTol?: number;
}

const optionNames: OptionNames<GradcheckOptions> = {
  eps: true,
  atol: true,
  rtol: true,
  raiseException: true,
  nondetTol: true,
};

/** @throws ArgumentError unless `inputs` is a list of tensors, and every option of its type. */
function assertArguments(operation: string, inputs: unknown, options: GradcheckOptions): void {
  const rule = "the inputs are a list of tensors";
  if (!Array.isArray(inputs)) throw new ArgumentError(operation, `the inputs are ${describeValue(inputs)}`, { rule });
  for (const input of inputs) {
    if (!(input instanceof Tensor)) throw new ArgumentError(operation, `an input is ${describeValue(input)}`, { rule });
    if (!isStorageType(input.dtype)) continue;
    throw new ArgumentError(operation, `an input is ${input.dtype}`, {
      rule: "finite differences need more digits than it has",
      remedy: 'convert the inputs: .to("float64")',
    });
  }
  checkOptions(operation, options, optionNames);
  for (const [name, value] of Object.entries(options)) {
    const type = name === "raiseException" ? "boolean" : "number";
    if (value === undefined || typeof value === type) continue;
    const rule = type === "number" ? `${name} is a number` : `${name} is true or false`;
    throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule });
  }
}

/** @throws AutogradError unless the function returned a tensor or a list of tensors. */
function assertOutputs(operation: string, outputs: readonly unknown[]): void {
  if (Array.isArray(outputs) && outputs.every((output) => output instanceof Tensor)) return;
  throw new AutogradError(operation, `the function returned ${describeValue(outputs)}`, {
    rule: "it returns a tensor or a list of tensors",
  });
}

type Tensors = Tensor | readonly Tensor[];

/** A function of tensors whose gradients are checked. */
export type TensorFunction = (...inputs: Tensor[]) => Tensors;

/** A {@link TensorFunction} that may wait, for example to select elements by a mask. */
export type AsyncTensorFunction = (...inputs: Tensor[]) => Tensors | Promise<Tensors>;

const asList = (result: Tensors): readonly Tensor[] => (result instanceof Tensor ? [result] : result);
const isFloat = (x: Tensor): boolean => dtypes[x.dtype].kind === "float";

/** The step that reads the elements of a tensor. */
const readStep = (operation: string, x: Tensor): Steps<TypedArray> =>
  take({ now: () => readElementsSync(operation, x, `${operation}Async`), later: () => x.data() });

/** The function to check, as an algorithm of steps. */
type Checked = (inputs: readonly Tensor[], mode: typeof noGrad) => Steps<readonly Tensor[]>;

/**
 * Calls a function, recorded or not. A function that waits cannot run inside `noGrad`, so whether it is recorded
 * depends only on its inputs.
 */
const checked =
  (fn: AsyncTensorFunction): Checked =>
  (inputs, mode) =>
    take({
      now: () => asList(mode(() => asUser(() => fn(...inputs))) as Tensors),
      later: async () => asList(await fn(...inputs)),
    });

type Found = readonly (Tensor | undefined)[];

/** The step that computes the gradients of a result with respect to inputs. */
const gradientsStep = (
  result: Tensor,
  wanted: readonly Edge[],
  createGraph: boolean,
  gradient: Tensor,
): Steps<Found> => {
  const edge = edgeOf(result);
  const options = { gradient, retainGraph: true };
  return take<Found>({
    now: () => (edge === undefined ? [] : gradientsAt(edge, result, wanted, createGraph, options).gradients),
    later: async () =>
      edge === undefined ? [] : (await gradientsAtAsync(edge, result, wanted, createGraph, options)).gradients,
  });
};

function ofValues(values: TypedArray, like: Tensor): Tensor {
  const flat = new Tensor(values, { backend: like.backend });
  return viewed(flat, like.shape);
}

/** Copies the inputs. The copies require gradients where the inputs do. */
function* fresh(operation: string, inputs: readonly Tensor[]): Steps<Tensor[]> {
  const copies: Tensor[] = [];
  for (const x of inputs) {
    const values = yield* readStep(operation, x);
    const copy = noGrad(() => ofValues(values, x).detach());
    if (x.requiresGrad) copy.requiresGrad = true;
    copies.push(copy);
  }
  return copies;
}

/** Computes `jacobian[output element][input element]` by differences. */
function* numeric(
  operation: string,
  fn: Checked,
  inputs: readonly Tensor[],
  position: number,
  which: number,
  eps: number,
): Steps<number[][]> {
  const base = yield* readStep(operation, inputs[position]!);
  function* at(element: number, shift: number): Steps<TypedArray> {
    const values = base.slice();
    values[element]! += shift;
    const moved = inputs.map((input, i) => noGrad(() => (i === position ? ofValues(values, input) : input).detach()));
    const results = yield* fn(moved, noGrad);
    return yield* readStep(operation, results[which]!);
  }
  const columns: number[][] = [];
  for (let element = 0; element < base.length; element++) {
    const above = yield* at(element, eps);
    const below = yield* at(element, -eps);
    columns.push(Array.from(above, (value, i) => (value - below[i]!) / (2 * eps)));
  }
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, i) => columns.map((column) => column[i]!));
}

/** Computes `jacobians[input][output element][input element]` by backward passes. */
function* analytic(
  operation: string,
  fn: Checked,
  inputs: readonly Tensor[],
  wanted: readonly number[],
  which: number,
): Steps<number[][][]> {
  const output = (yield* fn(inputs, enableGrad))[which]!;
  const edges = wanted.map((position) => edgeOf(inputs[position]!)!);
  const jacobians: number[][][] = wanted.map(() => []);
  for (let i = 0; i < output.numel(); i++) {
    const seed = dtypes[output.dtype].array(output.numel());
    seed[i] = 1;
    const found = yield* gradientsStep(output, edges, false, ofValues(seed, output));
    for (const [k, position] of wanted.entries()) {
      const row =
        found[k] === undefined ? new Float64Array(inputs[position]!.numel()) : yield* readStep(operation, found[k]);
      jacobians[k]!.push(Array.from(row));
    }
  }
  return jacobians;
}

const wantedOf = (inputs: readonly Tensor[]): readonly number[] =>
  inputs.map((_, i) => i).filter((i) => inputs[i]!.requiresGrad);

/** The errors that say that a check has failed, as opposed to those of the function and its arguments. */
const mismatches = /* @__PURE__ */ new WeakSet<object>();

function mismatch(error: AutogradError): AutogradError {
  mismatches.add(error);
  return error;
}

const isClose = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance || Object.is(a, b);

/** @throws AutogradError if two backward passes differ. */
function assertRepeated(operation: string, first: number[][][], second: number[][][], tolerance: number): void {
  first.forEach((rows, k) => {
    rows.forEach((row, i) => {
      row.forEach((value, j) => {
        const again = second[k]![i]![j]!;
        if (isClose(value, again, tolerance)) return;
        throw mismatch(
          new AutogradError(operation, `backward gives ${value}, and the second time ${again}`, {
            rule: `two backward passes may differ by nondetTol, which is ${tolerance}`,
          }),
        );
      });
    });
  });
}

/** The check, which is false instead of an error where `raiseException` is false. */
function* check(operation: string, fn: Checked, inputs: readonly Tensor[], options: GradcheckOptions): Steps<boolean> {
  assertArguments(operation, inputs, options);
  try {
    return yield* compare(operation, fn, inputs, options);
  } catch (error) {
    if (options.raiseException === false && mismatches.has(error as object)) return false;
    throw error;
  }
}

function* compare(
  operation: string,
  fn: Checked,
  inputs: readonly Tensor[],
  options: GradcheckOptions,
): Steps<boolean> {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, nondetTol = 0 } = options;
  const wanted = wantedOf(inputs);
  if (wanted.length === 0) {
    throw new ArgumentError(operation, "no input requires a gradient", {
      remedy: "make one with { requiresGrad: true }",
    });
  }
  const own = yield* fresh(operation, inputs);
  const outputs = yield* fn(own, noGrad);
  assertOutputs(operation, outputs);
  for (const [which, output] of outputs.entries()) {
    if (!isFloat(output)) continue;
    const found = yield* analytic(operation, fn, own, wanted, which);
    assertRepeated(operation, found, yield* analytic(operation, fn, own, wanted, which), nondetTol);
    for (const [k, position] of wanted.entries()) {
      const expected = yield* numeric(operation, fn, own, position, which, eps);
      expected.forEach((row, i) => {
        row.forEach((difference, j) => {
          const value = found[k]![i]![j]!;
          if (isClose(value, difference, atol + rtol * Math.abs(difference))) return;
          throw mismatch(
            new AutogradError(
              operation,
              `output ${which} element ${i} by input ${position} ${formatShape(inputs[position]!.shape)} element ${j}: backward gives ${value}, differences ${difference}`,
              { rule: `they may differ by ${atol} + ${rtol} · |difference|` },
            ),
          );
        });
      });
    }
  }
  return true;
}

/** Does {@link check} for the gradients: compares second derivatives with differences of first derivatives. */
function* checkGradients(
  operation: string,
  fn: Checked,
  inputs: readonly Tensor[],
  options: GradcheckOptions,
): Steps<boolean> {
  assertArguments(operation, inputs, options);
  const wanted = wantedOf(inputs);
  const own = yield* fresh(operation, inputs);
  const all = yield* fn(own, noGrad);
  assertOutputs(operation, all);
  const outputs = all.filter(isFloat);
  // The weights differ, so that every element of the outputs counts. Gradients depend on them, too, so they are checked
  // as inputs.
  const weights = outputs.map((output, which) => {
    const values = dtypes[output.dtype].array(output.numel());
    for (let i = 0; i < values.length; i++) values[i] = 1 + 0.25 * Math.sin(1 + 3 * i + 7 * which);
    const weight = ofValues(values, output);
    weight.requiresGrad = true;
    return weight;
  });
  function* gradients(all: readonly Tensor[]): Steps<readonly Tensor[]> {
    const taken = all.slice(0, inputs.length);
    for (const position of wanted) taken[position]!.requiresGrad = true;
    const results = (yield* fn(taken, enableGrad)).filter(isFloat);
    const edges = wanted.map((position) => edgeOf(taken[position]!)!);
    const sums: (Tensor | undefined)[] = wanted.map(() => undefined);
    for (const [k, result] of results.entries()) {
      const found = yield* gradientsStep(result, edges, true, all[inputs.length + k]!);
      found.forEach((part, i) => {
        if (part === undefined) return;
        const before = sums[i];
        sums[i] = before === undefined ? part : enableGrad(() => add(before, part));
      });
    }
    return sums.map((sum, i) => sum ?? zerosLike(taken[wanted[i]!]!));
  }
  return yield* check(operation, gradients, [...inputs, ...weights], options);
}

/**
 * Compares the gradients of `fn` at `inputs` with central differences, for every output and every input that requires a
 * gradient. It is meant for float64.
 *
 * @param fn - the function, which returns a tensor or a list of tensors.
 * @param inputs - the tensors at which to compare.
 * @param options - `eps`, `atol`, `rtol`, `raiseException`, `nondetTol`.
 * @returns true, or false if they differ and `raiseException` is false.
 * @throws AutogradError that names the first element that differs, with both values.
 *
 * @example
 * ```ts
 * const x = tensor([0.5, 2], { dtype: "float64", requiresGrad: true });
 * gradcheck((x) => x.exp(), [x]); // → true
 * ```
 *
 * @see torch.autograd.gradcheck
 */
export function gradcheck(fn: TensorFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  assertFunction("gradcheck", fn);
  return runNow(check("gradcheck", checked(fn), inputs, options));
}

/**
 * Compares gradients as {@link gradcheck} does, for backends that cannot be read synchronously. The function may wait.
 *
 * @throws what {@link gradcheck} throws, as a rejection.
 *
 * @example
 * ```ts
 * const x = tensor([0.5, 2], { dtype: "float64", requiresGrad: true });
 * await gradcheckAsync((x) => x.atAsync([true, false]), [x]); // → true
 * ```
 */
export async function gradcheckAsync(
  fn: AsyncTensorFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<boolean> {
  assertFunction("gradcheckAsync", fn);
  return runLater(check("gradcheckAsync", checked(fn), inputs, options));
}

/**
 * Compares second derivatives with differences of first derivatives. It is {@link gradcheck} of the gradients.
 *
 * @param fn - the function, which returns a tensor or a list of tensors.
 * @param inputs - the tensors at which to compare.
 * @param options - `eps`, `atol`, `rtol`, `raiseException`, `nondetTol`.
 * @returns true, or false if they differ and `raiseException` is false.
 * @throws AutogradError that names the first element that differs, with both values.
 *
 * @example
 * ```ts
 * const x = tensor([0.5, 2], { dtype: "float64", requiresGrad: true });
 * gradgradcheck((x) => x.exp(), [x]); // → true
 * ```
 *
 * @see torch.autograd.gradgradcheck
 */
export function gradgradcheck(fn: TensorFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  assertFunction("gradgradcheck", fn);
  return runNow(checkGradients("gradgradcheck", checked(fn), inputs, options));
}

/**
 * Compares second derivatives as {@link gradgradcheck} does, for backends that cannot be read synchronously. The
 * function may wait.
 *
 * @throws what {@link gradgradcheck} throws, as a rejection.
 *
 * @example
 * ```ts
 * const x = tensor([0.5, 2], { dtype: "float64", requiresGrad: true });
 * await gradgradcheckAsync((x) => x.exp(), [x]); // → true
 * ```
 */
export async function gradgradcheckAsync(
  fn: AsyncTensorFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<boolean> {
  assertFunction("gradgradcheckAsync", fn);
  return runLater(checkGradients("gradgradcheckAsync", checked(fn), inputs, options));
}
