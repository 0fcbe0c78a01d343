/**
 * Gradients against finite differences.
 *
 * @module
 */
import { ArgumentError, AutogradError, constant, formatShape, type TypedArray } from "@lucid/backend";
import {
  add,
  assertFunction,
  asUser,
  callGenerate,
  callView,
  readElementsSync,
  reshapeView,
  Tensor,
} from "@lucid/tensor/core";
import { gradientsAt } from "./engine.js";
import { edgeOf } from "./graph.js";
import { enableGrad, noGrad } from "./modes.js";

/** Tolerances of {@link gradcheck}; the defaults are PyTorch's and meant for float64. */
export interface GradcheckOptions {
  /** Step of the central differences; default 1e-6. */
  readonly eps?: number;
  /** Absolute tolerance; default 1e-5. */
  readonly atol?: number;
  /** Relative tolerance; default 1e-3. */
  readonly rtol?: number;
}

/** A function of tensors whose gradients are checked. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const asList = (result: Tensor | readonly Tensor[]): readonly Tensor[] =>
  result instanceof Tensor ? [result] : result;
const isFloat = (x: Tensor): boolean => x.dtype === "float32" || x.dtype === "float64";

function ofValues(values: TypedArray, like: Tensor): Tensor {
  const flat = new Tensor(values, { backend: like.backend });
  return callView(reshapeView, flat, { shape: like.shape });
}

/** Copies of the inputs of their own, those that require gradients requiring them. */
function fresh(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((x) => {
    const copy = noGrad(() => ofValues(readElementsSync("gradcheck", x), x).detach());
    if (x.requiresGrad) copy.requiresGrad = true;
    return copy;
  });
}

/** `jacobian[output element][input element]`, by differences. */
function numeric(
  fn: TensorFunction,
  inputs: readonly Tensor[],
  position: number,
  which: number,
  eps: number,
): number[][] {
  const base = readElementsSync("gradcheck", inputs[position]!);
  const at = (element: number, shift: number): TypedArray => {
    const values = base.slice();
    values[element]! += shift;
    const moved = [...inputs];
    moved[position] = noGrad(() => ofValues(values, inputs[position]!).detach());
    return noGrad(() => readElementsSync("gradcheck", asList(fn(...moved))[which]!));
  };
  const columns = Array.from(base, (_, element) => {
    const above = at(element, eps);
    const below = at(element, -eps);
    return Array.from(above, (value, i) => (value - below[i]!) / (2 * eps));
  });
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, i) => columns.map((column) => column[i]!));
}

/** `jacobians[input][output element][input element]`, by backward passes. */
function analytic(
  fn: TensorFunction,
  inputs: readonly Tensor[],
  wanted: readonly number[],
  which: number,
): number[][][] {
  const output = asList(enableGrad(() => asUser(() => fn(...inputs))))[which]!;
  const edge = edgeOf(output);
  const edges = wanted.map((position) => edgeOf(inputs[position]!)!);
  const jacobians: number[][][] = wanted.map(() => []);
  for (let i = 0; i < output.size; i++) {
    const seed = new Float64Array(output.size);
    seed[i] = 1;
    const gradient = ofValues(seed, output);
    const found =
      edge === undefined ? [] : gradientsAt(edge, output, edges, false, { gradient, retainGraph: true }).gradients;
    wanted.forEach((position, k) => {
      const zero = new Float64Array(inputs[position]!.size);
      jacobians[k]!.push(Array.from(found[k] === undefined ? zero : readElementsSync("gradcheck", found[k])));
    });
  }
  return jacobians;
}

/**
 * Compares the gradients of `fn` at `inputs` with central differences, for every output and every input that requires a
 * gradient. Meant for float64. (torch.autograd.gradcheck)
 *
 * @returns true
 * @throws AutogradError naming the first element that differs, with both values.
 *
 * @example
 * ```ts
 * const x = tensor([0.5, 2], { dtype: "float64", requiresGrad: true });
 * gradcheck((x) => x.exp(), [x]); // → true
 * ```
 */
export function gradcheck(fn: TensorFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  assertFunction("gradcheck", fn);
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3 } = options;
  const wanted = inputs.map((_, i) => i).filter((i) => inputs[i]!.requiresGrad);
  if (wanted.length === 0) {
    throw new ArgumentError("gradcheck", "no input requires a gradient", {
      remedy: "make one with { requiresGrad: true }",
    });
  }
  const own = fresh(inputs);
  const outputs = noGrad(() => asList(fn(...own)));
  outputs.forEach((output, which) => {
    if (!isFloat(output)) return;
    const found = analytic(fn, own, wanted, which);
    wanted.forEach((position, k) => {
      const expected = numeric(fn, own, position, which, eps);
      expected.forEach((row, i) => {
        row.forEach((difference, j) => {
          const value = found[k]![i]![j]!;
          if (Math.abs(value - difference) <= atol + rtol * Math.abs(difference)) return;
          if (Object.is(value, difference)) return;
          throw new AutogradError(
            "gradcheck",
            `output ${which} element ${i} by input ${position} ${formatShape(inputs[position]!.shape)} element ${j}: backward gives ${value}, differences ${difference}`,
            { rule: `they may differ by ${atol} + ${rtol} · |difference|` },
          );
        });
      });
    });
  });
  return true;
}

/**
 * {@link gradcheck} of the gradient: compares second derivatives with differences of first ones.
 * (torch.autograd.gradgradcheck)
 *
 * @throws AutogradError naming the first element that differs, with both values.
 *
 * @example
 * ```ts
 * const x = tensor([0.5, 2], { dtype: "float64", requiresGrad: true });
 * gradgradcheck((x) => x.exp(), [x]); // → true
 * ```
 */
export function gradgradcheck(fn: TensorFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  assertFunction("gradgradcheck", fn);
  const wanted = inputs.map((_, i) => i).filter((i) => inputs[i]!.requiresGrad);
  const outputs = noGrad(() => asList(fn(...fresh(inputs)))).filter(isFloat);
  // Weights that tell the outputs' elements apart; gradients depend on them too, so they are checked as inputs.
  const weights = outputs.map((output, which) => {
    const values = Float64Array.from({ length: output.size }, (_, i) => 1 + 0.25 * Math.sin(1 + 3 * i + 7 * which));
    const weight = ofValues(output.dtype === "float64" ? values : Float32Array.from(values), output);
    weight.requiresGrad = true;
    return weight;
  });
  const gradients = (...all: Tensor[]): readonly Tensor[] => {
    const own = all
      .slice(0, inputs.length)
      .map((x, i) => (wanted.includes(i) && !x.requiresGrad ? x.requiresGrad_() : x));
    return enableGrad(() => {
      const results = asList(fn(...own)).filter(isFloat);
      const edges = wanted.map((position) => edgeOf(own[position]!)!);
      const sums = wanted.map((): Tensor | undefined => undefined);
      results.forEach((result, k) => {
        const edge = edgeOf(result);
        if (edge === undefined) return;
        const gradient = all[inputs.length + k]!;
        const found = gradientsAt(edge, result, edges, true, { gradient, retainGraph: true });
        found.gradients.forEach((part, i) => {
          if (part !== undefined) sums[i] = sums[i] === undefined ? part : add(sums[i], part);
        });
      });
      return sums.map((sum, i) => sum ?? zerosLike(own[wanted[i]!]!));
    });
  };
  return gradcheck(gradients, [...inputs, ...weights], options);
}

function zerosLike(x: Tensor): Tensor {
  return callGenerate("zeros", x.backend, x.shape, constant(0, x.dtype));
}
