/**
 * `grad` and `valueAndGrad`: the gradients of functions.
 *
 * @module
 */
import { ArgumentError, AutogradError, describeValue, formatShape } from "@lucid/backend";
import { assertFunction, asUser, refusePromise, viewed } from "@lucid/tensor/extend";
import { Tensor, zerosLike } from "@lucid/tensor/functions";
import { gradientsAt } from "./engine.js";
import { edgeOf } from "./graph.js";
import { enableGrad, isGradEnabled, noGrad } from "./modes.js";
import { type GradOptions, gradientsOf } from "./tensor-gradients.js";

/** A function whose gradient can be computed: its result is a single number. */
export type ScalarFunction<A extends readonly unknown[]> = (...args: A) => Tensor;

/** One gradient for one chosen argument, or a list with one for each. */
export type GradientOf<N extends number | readonly number[]> = N extends number ? Tensor : readonly Tensor[];

/**
 * Makes the function that computes the value of `fn` and its gradient with respect to one argument, or several. It can
 * be nested for higher derivatives.
 *
 * @param fn - the function; its result is a tensor of one element.
 * @param argument - the position of the argument, or a list of positions; default: the first argument.
 * @throws AutogradError, when the function is called, if the value is not a single number or the argument is not a
 * floating tensor.
 *
 * @example
 * ```ts
 * const { value, gradient } = valueAndGrad((x: Tensor) => x.square().sum())(tensor([1, 2]));
 * value.item(); // → 5
 * gradient; // → Tensor([2, 4])
 * ```
 *
 * @see torch.func.grad_and_value
 */
export function valueAndGrad<A extends readonly unknown[], N extends number | readonly number[] = 0>(
  fn: ScalarFunction<A>,
  argument?: N,
): (...args: A) => { readonly value: Tensor; readonly gradient: GradientOf<N> } {
  assertFunction("grad", fn);
  const chosen: number | readonly number[] = argument ?? 0;
  const positions: readonly number[] = typeof chosen === "number" ? [chosen] : chosen;
  return (...args: A) => {
    const recording = isGradEnabled();
    const outside = recording && args.some((arg) => arg instanceof Tensor && arg.requiresGrad);
    return enableGrad(() => {
      const own: unknown[] = [...args];
      for (const position of new Set(positions)) own[position] = independent(args[position], position, outside);
      const inputs = positions.map((position) => own[position] as Tensor);
      // The edges are read before the call, because an in-place write of `fn` would give an argument another place in
      // the graph.
      const edges = inputs.map((input) => edgeOf(input)!);
      const value = asUser(() => fn(...(own as readonly unknown[] as A)));
      checkValue(value);
      const root = edgeOf(value);
      const { gradients, recorded } =
        root === undefined
          ? { gradients: [], recorded: false }
          : gradientsAt(root, value, edges, outside || (recording && "auto"));
      const all = inputs.map((input, i) => gradients[i] ?? zerosLike(input));
      const gradient = (typeof chosen === "number" ? all[0]! : all) as GradientOf<N>;
      return { value: recorded ? value : value.detach(), gradient };
    });
  };
}

/** @throws ArgumentError or AutogradError unless the value is a tensor with a single number. */
function checkValue(value: unknown): void {
  refusePromise("grad", value);
  if (value instanceof Tensor && value.numel() === 1) return;
  const found = value instanceof Tensor ? `a tensor ${formatShape(value.shape)}` : describeValue(value);
  throw new AutogradError("grad", `the function returned ${found}`, {
    rule: "only a single number has a gradient",
    remedy: "reduce the result, for example with sum() or mean()",
  });
}

/**
 * Makes the function that computes the gradient of `fn` with respect to one argument, or several. It is {@link
 * valueAndGrad} without the value.
 *
 * @param fn - the function; its result is a tensor of one element.
 * @param argument - the position of the argument, or a list of positions; default: the first argument.
 * @throws AutogradError, when the function is called, if the value is not a single number or the argument is not a
 * floating tensor.
 *
 * @example
 * ```ts
 * const cube = (x: Tensor) => x.pow(3).sum();
 * grad(cube)(tensor([2])); // → Tensor([12])
 * grad((x: Tensor) => grad(cube)(x).sum())(tensor([2])); // → Tensor([12])
 * ```
 *
 * @see torch.func.grad
 */
export function grad<A extends readonly unknown[], N extends number | readonly number[] = 0>(
  fn: ScalarFunction<A>,
  argument?: N,
): (...args: A) => GradientOf<N>;
/**
 * Computes the gradients of tensors with respect to tensors that they were computed from. No `.grad` changes.
 *
 * @param outputs - the tensors to differentiate: single numbers, or tensors whose gradients are given in `gradOutputs`.
 * @param inputs - the tensors with respect to which gradients are computed.
 * @param options - `gradOutputs`, `retainGraph`, `createGraph`, `allowUnused`.
 * @returns one gradient for each input; with `allowUnused`, null where the outputs do not depend on it.
 * @throws AutogradError if an input does not require a gradient, or, without `allowUnused`, if no output depends on it.
 *
 * @example
 * ```ts
 * const x = tensor([1, 2], { requiresGrad: true });
 * const [slope] = grad(x.pow(3).sum(), x, { createGraph: true });
 * slope.detach(); // → Tensor([3, 12])
 * grad(slope.sum(), [x]); // → [Tensor([6, 12])]
 * ```
 *
 * @see torch.autograd.grad
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true },
): readonly (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions,
): readonly Tensor[];
export function grad(
  target: ScalarFunction<readonly unknown[]> | Tensor | readonly Tensor[],
  inputs?: number | readonly number[] | Tensor | readonly Tensor[],
  options?: GradOptions,
): ((...args: readonly unknown[]) => Tensor | readonly Tensor[]) | readonly (Tensor | null)[] {
  if (target instanceof Tensor || Array.isArray(target)) {
    return gradientsOf(target as Tensor | readonly Tensor[], inputs as Tensor | readonly Tensor[], options);
  }
  const both = valueAndGrad(target as ScalarFunction<readonly unknown[]>, inputs as number);
  return (...args) => both(...args).gradient;
}

/** Makes a tensor with the argument's value. If operations outside are recorded, it is connected to the argument. */
function independent(argument: unknown, position: number, outside: boolean): Tensor {
  if (!(argument instanceof Tensor)) {
    throw new ArgumentError(
      "grad",
      `argument ${position} is ${argument === undefined ? "missing" : describeValue(argument)}`,
      {
        rule: "gradients are taken with respect to tensors",
      },
    );
  }
  if (outside && argument.requiresGrad) return viewed(argument, argument.shape);
  const leaf = noGrad(() => argument.detach());
  leaf.requiresGrad = true;
  return leaf;
}
