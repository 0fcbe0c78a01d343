/**
 * Cases that run the framework on a backend. Tensors are made from plain data, results are compared with float64
 * references, and gradients with finite differences of these references. All reading is asynchronous.
 *
 * @module
 */
import { type Backend, type DType, sizeOf } from "@lucid/backend";
import { scope, type Tensor, tensor } from "@lucid/tensor";
import "@lucid/autograd";
import { rounded, show } from "../compare.js";
import { fail, positionText } from "../session.js";
import type { FloatType } from "../types.js";

/** The data of a tensor, as plain numbers. */
export interface HostTensor {
  readonly shape: readonly number[];
  /** The elements in row-major order. */
  readonly values: readonly number[];
  /** The element type; default: that of the case. */
  readonly dtype?: DType;
  /** Whether a gradient is computed; default true. */
  readonly gradient?: boolean;
}

/** The relative and absolute tolerance of results and gradients, which is the error of a few dozen roundings. */
const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 2e-5, float64: 1e-9 };

/** Makes a tensor of these numbers on a backend. */
export function place(backend: Backend, { shape, values }: HostTensor, dtype: DType): Tensor {
  return scope(() => tensor([...values], { dtype, backend }).reshape(shape));
}

/** Reads the elements of a tensor, in row-major order. */
export async function elements(x: Tensor): Promise<number[]> {
  return Array.from(await x.data());
}

/** Throws unless numbers agree within `tolerance · (1 + |expected|)`. NaN agrees with NaN. */
export function agree(
  what: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  shape: readonly number[],
  tolerance: number,
): void {
  if (got.length !== expected.length) fail(`${what}: expected ${expected.length} elements, got ${got.length}`);
  let wrong = 0;
  let first = -1;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [got[i]!, expected[i]!];
    if (Object.is(a, b) || Math.abs(a - b) <= tolerance * (1 + Math.abs(b))) continue;
    if (wrong++ === 0) first = i;
  }
  if (wrong === 0) return;
  fail(
    `${what}: ${wrong} of ${expected.length} elements are wrong; the first at ${positionText(first, shape)}\n` +
      `  expected ${show(expected[first]!)} within ${tolerance} · (1 + |expected|), got ${show(got[first]!)}`,
  );
}

/** Throws unless two shapes are equal. */
export function agreeShape(what: string, got: readonly number[], expected: readonly number[]): void {
  if (got.join() !== expected.join()) fail(`${what}: expected shape [${expected}], got [${got}]`);
}

/** What {@link checkGradients} compares. */
export interface GradientCheck {
  readonly inputs: readonly HostTensor[];
  /** The computation on the backend. */
  readonly compute: (...inputs: readonly Tensor[]) => Tensor;
  /** The same computation in float64. It takes lists of elements and returns the elements of the result. */
  readonly reference: (...inputs: readonly (readonly number[])[]) => readonly number[];
  /**
   * The gradients of the inputs for the gradient {@link weights} of the result. They are needed where finite
   * differences are wrong: at kinks, ties and jumps.
   */
  readonly gradients?: readonly (readonly number[])[];
  /** A factor for the tolerance, for results of long sums and products. */
  readonly slack?: number;
}

/** Makes the gradient of a result with this number of elements: different numbers that are exact in float32. */
export function weights(size: number): number[] {
  return Array.from({ length: size }, (_, i) => (((i * 29 + 11) % 64) - 31.5) / 16);
}

/**
 * Computes the gradient of Σ weights · reference with respect to one input, by central differences of fourth order.
 */
function differences({ reference }: GradientCheck, inputs: readonly (readonly number[])[], which: number): number[] {
  return inputs[which]!.map((value, element) => {
    const step = 2 ** -12 * Math.max(1, Math.abs(value));
    const at = (shift: number): number => {
      const moved = [...inputs[which]!];
      moved[element] = value + shift;
      const result = reference(...inputs.map((input, k) => (k === which ? moved : input)));
      const factors = weights(result.length);
      return result.reduce((sum, v, i) => sum + v * factors[i]!, 0);
    };
    return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
  });
}

/** Checks a result, and the gradients of all inputs that need one. */
export async function checkGradients(backend: Backend, dtype: FloatType, check: GradientCheck): Promise<void> {
  const { inputs, compute, reference, slack = 1 } = check;
  const host = inputs.map((input) => input.values.map((v) => rounded(v, input.dtype ?? dtype)));
  const leaves = inputs.map((input) => place(backend, input, input.dtype ?? dtype));
  const wanted = inputs.map(({ dtype: own, gradient = own === undefined }) => gradient);
  const kept = scope(() => {
    leaves.forEach((leaf, k) => {
      if (wanted[k]) leaf.requiresGrad = true;
    });
    const result = compute(...leaves);
    const seed = place(backend, { shape: result.shape, values: weights(result.numel()) }, result.dtype);
    result.backward(seed);
    return { result: result.detach(), gradients: leaves.map((leaf) => leaf.grad) };
  });
  const tolerance = TOLERANCE[dtype] * slack;
  const { result, gradients } = kept;
  agree("result", await elements(result), reference(...host), result.shape, tolerance);
  for (const [k, leaf] of leaves.entries()) {
    const gradient = gradients[k]!;
    if (!wanted[k]) continue;
    const what = `gradient of input ${k}`;
    const expected = check.gradients?.[k] ?? differences(check, host, k);
    if (gradient === null) {
      if (sizeOf(leaf.shape) > 0 && expected.some((v) => Math.abs(v) > tolerance)) fail(`${what}: there is none`);
      continue;
    }
    agreeShape(what, gradient.shape, leaf.shape);
    agree(what, await elements(gradient), expected, leaf.shape, tolerance);
  }
  for (const x of [...leaves, ...gradients, result]) x?.dispose();
}
