/**
 * Gradients of functions.
 *
 * @module
 */
import { ArgumentError, AutogradError, constant, formatShape } from "@lucid/backend";
import { assertFunction, asUser, callGenerate, callView, refusePromise, reshapeView, Tensor } from "@lucid/tensor/core";
import { gradientsAt } from "./engine.js";
import { edgeOf } from "./graph.js";
import { enableGrad, isGradEnabled, noGrad } from "./modes.js";

/** A function whose gradient can be taken: its result is a single number. */
export type ScalarFunction<A extends readonly unknown[]> = (...args: A) => Tensor;

/** One gradient for the chosen argument, or one for each of those chosen. */
export type Gradients<N extends number | readonly number[]> = N extends number ? Tensor : readonly Tensor[];

/**
 * The function that computes the value of `fn` and its gradient with respect to an argument, or several. It can be
 * nested for higher derivatives.
 *
 * @param argument which argument, or arguments; default the first.
 * @throws AutogradError if the value is not a single number or the argument is not a floating tensor.
 *
 * @example
 * ```ts
 * const { value, gradient } = valueAndGrad((x: Tensor) => x.square().sum())(tensor([1, 2]));
 * value.item(); // → 5
 * gradient; // → Tensor([2, 4])
 * ```
 */
export function valueAndGrad<A extends readonly unknown[], N extends number | readonly number[] = 0>(
  fn: ScalarFunction<A>,
  argument?: N,
): (...args: A) => { readonly value: Tensor; readonly gradient: Gradients<N> } {
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
      // Now, because what `fn` writes into an argument gives it another place in the graph.
      const edges = inputs.map((input) => edgeOf(input)!);
      const value = asUser(() => fn(...(own as readonly unknown[] as A)));
      checkValue(value);
      const root = edgeOf(value);
      const { gradients, recorded } =
        root === undefined
          ? { gradients: [], recorded: false }
          : gradientsAt(root, value, edges, outside || (recording && "auto"));
      const all = inputs.map(
        (input, i) => gradients[i] ?? callGenerate("zeros", input.backend, input.shape, constant(0, input.dtype)),
      );
      const gradient = (typeof chosen === "number" ? all[0]! : all) as Gradients<N>;
      return { value: recorded ? value : value.detach(), gradient };
    });
  };
}

/** @throws ArgumentError or AutogradError unless it is a single number. */
function checkValue(value: unknown): void {
  refusePromise("grad", value);
  if (value instanceof Tensor && value.size === 1) return;
  const found = value instanceof Tensor ? `a tensor ${formatShape(value.shape)}` : String(value);
  throw new AutogradError("grad", `the function returned ${found}`, {
    rule: "only a single number has a gradient",
    remedy: "reduce the result, for example with sum() or mean()",
  });
}

/**
 * The gradient function of `fn` with respect to an argument, or several: {@link valueAndGrad} without the value.
 *
 * @example
 * ```ts
 * const cube = (x: Tensor) => x.pow(3).sum();
 * grad(cube)(tensor([2])); // → Tensor([12])
 * grad((x: Tensor) => grad(cube)(x).sum())(tensor([2])); // → Tensor([12])
 * ```
 */
export function grad<A extends readonly unknown[], N extends number | readonly number[] = 0>(
  fn: ScalarFunction<A>,
  argument?: N,
): (...args: A) => Gradients<N> {
  const both = valueAndGrad(fn, argument);
  return (...args: A) => both(...args).gradient;
}

/** A tensor of its own with the argument's value; where the outside records, connected to it. */
function independent(argument: unknown, position: number, outside: boolean): Tensor {
  if (!(argument instanceof Tensor)) {
    throw new ArgumentError(
      "grad",
      `argument ${position} is ${argument === undefined ? "missing" : String(argument)}`,
      {
        rule: "gradients are taken with respect to tensors",
      },
    );
  }
  if (outside && argument.requiresGrad) return callView(reshapeView, argument, { shape: argument.shape });
  const leaf = noGrad(() => argument.detach());
  leaf.requiresGrad = true;
  return leaf;
}
