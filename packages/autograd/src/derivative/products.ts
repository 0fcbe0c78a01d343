/**
 * Products of vectors with matrices of derivatives: `vjp`, `hvp` and `vhp`.
 *
 * @module
 */
import { owned } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { runLater, runNow, type Steps } from "../waiting.js";
import {
  ask,
  type DerivativeOptions,
  type FunctionOfTensors,
  finished,
  gradientSteps,
  type Like,
  settled,
  singleNumber,
  structured,
  type Tensors,
  vectorsFor,
} from "./inputs.js";

/** The value of a function, and a product. */
type Product<Out extends Tensors, In extends Tensors> = readonly [output: Like<Out>, product: Like<In>];

function* vjpSteps(
  fn: FunctionOfTensors,
  inputs: Tensors,
  v: Tensors | null | undefined,
  options: DerivativeOptions,
): Steps<Product<Tensors, Tensors>> {
  const question = ask("vjp", fn, inputs, options);
  const { outputs, createGraph, single } = question;
  const vectors = vectorsFor("vjp", v, outputs, "output");
  const gradients = yield* gradientSteps("vjp", outputs, question.inputs, vectors, createGraph, createGraph);
  const products = settled(question, gradients, "the output");
  return [
    structured(finished(question, outputs), single.output),
    structured(finished(question, products), single.input),
  ];
}

/**
 * Computes the product of a vector with the Jacobian of a function, vᵀ·J.
 *
 * @param fn - a function of the inputs, which returns a tensor or a list of tensors.
 * @param inputs - a tensor or a list of tensors.
 * @param v - a tensor for each output, in its shape; it may be left out if the output is a single number.
 * @param options - `createGraph`, `strict`.
 * @returns the value of the function, and the product, in the structure of the inputs.
 * @throws ArgumentError for wrong arguments; AutogradError with `strict` if an input has no effect.
 *
 * @example
 * ```ts
 * const [value, product] = vjp((x: Tensor) => x.square(), tensor([1, 2]), tensor([1, 10]));
 * value; // → Tensor([1, 4])
 * product; // → Tensor([2, 40])
 * ```
 *
 * @see torch.autograd.functional.vjp
 */
export function vjp<In extends Tensors, Out extends Tensors>(
  fn: FunctionOfTensors<Out>,
  inputs: In,
  v?: Tensors | null,
  options: DerivativeOptions = {},
): Product<Out, In> {
  return owned(() => runNow(vjpSteps(fn, inputs, v, options))) as Product<Out, In>;
}

/**
 * Computes what {@link vjp} computes, for graphs that cross to backends which cannot be read synchronously.
 *
 * @param fn - a function of the inputs, which returns a tensor or a list of tensors.
 * @param inputs - a tensor or a list of tensors.
 * @param v - a tensor for each output, in its shape; it may be left out if the output is a single number.
 * @param options - `createGraph`, `strict`.
 * @throws what `vjp` throws, as a rejection.
 *
 * @example
 * ```ts
 * const [, product] = await vjpAsync((x: Tensor) => x.square(), tensor([1, 2]), tensor([1, 10]));
 * product; // → Tensor([2, 40])
 * ```
 */
export async function vjpAsync<In extends Tensors, Out extends Tensors>(
  fn: FunctionOfTensors<Out>,
  inputs: In,
  v?: Tensors | null,
  options: DerivativeOptions = {},
): Promise<Product<Out, In>> {
  return (await runLater(vjpSteps(fn, inputs, v, options))) as Product<Out, In>;
}

/** The product of the Hessian with a vector. The Hessian is symmetric, so both orders give the same. */
function* hessianSteps(
  operation: string,
  fn: FunctionOfTensors<Tensor>,
  inputs: Tensors,
  v: Tensors | null | undefined,
  options: DerivativeOptions,
): Steps<Product<Tensor, Tensors>> {
  const question = ask(operation, fn, inputs, options);
  const { createGraph, single } = question;
  const output = singleNumber(question);
  const vectors = vectorsFor(operation, v, question.inputs, "input");
  const first = yield* gradientSteps(operation, [output], question.inputs, [null], true, true);
  const slopes = settled(question, first, "the output");
  const second = yield* gradientSteps(operation, slopes, question.inputs, vectors, createGraph, createGraph);
  const products = settled(question, second, "the gradient");
  return [finished(question, [output])[0]!, structured(finished(question, products), single.input)];
}

/**
 * Computes the product of the Hessian of a function with a vector, H·v.
 *
 * @param fn - a function of the inputs, which returns a single number.
 * @param inputs - a tensor or a list of tensors.
 * @param v - a tensor for each input, in its shape; it may be left out if the input is a single number.
 * @param options - `createGraph`, `strict`.
 * @returns the value of the function, and the product, in the structure of the inputs.
 * @throws ArgumentError for wrong arguments; AutogradError if the result is not a single number, or with `strict` if an
 * input has no effect.
 *
 * @example
 * ```ts
 * const [, product] = hvp((x: Tensor) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 10]));
 * product; // → Tensor([6, 120])
 * ```
 *
 * @see torch.autograd.functional.hvp
 */
export function hvp<In extends Tensors>(
  fn: FunctionOfTensors<Tensor>,
  inputs: In,
  v?: Tensors | null,
  options: DerivativeOptions = {},
): Product<Tensor, In> {
  return owned(() => runNow(hessianSteps("hvp", fn, inputs, v, options))) as Product<Tensor, In>;
}

/**
 * Computes what {@link hvp} computes, for graphs that cross to backends which cannot be read synchronously.
 *
 * @param fn - a function of the inputs, which returns a single number.
 * @param inputs - a tensor or a list of tensors.
 * @param v - a tensor for each input, in its shape; it may be left out if the input is a single number.
 * @param options - `createGraph`, `strict`.
 * @throws what `hvp` throws, as a rejection.
 *
 * @example
 * ```ts
 * const [, product] = await hvpAsync((x: Tensor) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 10]));
 * product; // → Tensor([6, 120])
 * ```
 */
export async function hvpAsync<In extends Tensors>(
  fn: FunctionOfTensors<Tensor>,
  inputs: In,
  v?: Tensors | null,
  options: DerivativeOptions = {},
): Promise<Product<Tensor, In>> {
  return (await runLater(hessianSteps("hvp", fn, inputs, v, options))) as Product<Tensor, In>;
}

/**
 * Computes the product of a vector with the Hessian of a function, vᵀ·H.
 *
 * @param fn - a function of the inputs, which returns a single number.
 * @param inputs - a tensor or a list of tensors.
 * @param v - a tensor for each input, in its shape; it may be left out if the input is a single number.
 * @param options - `createGraph`, `strict`.
 * @returns the value of the function, and the product, in the structure of the inputs.
 * @throws ArgumentError for wrong arguments; AutogradError if the result is not a single number, or with `strict` if an
 * input has no effect.
 *
 * @example
 * ```ts
 * const [, product] = vhp((x: Tensor) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 10]));
 * product; // → Tensor([6, 120])
 * ```
 *
 * @see torch.autograd.functional.vhp
 */
export function vhp<In extends Tensors>(
  fn: FunctionOfTensors<Tensor>,
  inputs: In,
  v?: Tensors | null,
  options: DerivativeOptions = {},
): Product<Tensor, In> {
  return owned(() => runNow(hessianSteps("vhp", fn, inputs, v, options))) as Product<Tensor, In>;
}

/**
 * Computes what {@link vhp} computes, for graphs that cross to backends which cannot be read synchronously.
 *
 * @param fn - a function of the inputs, which returns a single number.
 * @param inputs - a tensor or a list of tensors.
 * @param v - a tensor for each input, in its shape; it may be left out if the input is a single number.
 * @param options - `createGraph`, `strict`.
 * @throws what `vhp` throws, as a rejection.
 *
 * @example
 * ```ts
 * const [, product] = await vhpAsync((x: Tensor) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 10]));
 * product; // → Tensor([6, 120])
 * ```
 */
export async function vhpAsync<In extends Tensors>(
  fn: FunctionOfTensors<Tensor>,
  inputs: In,
  v?: Tensors | null,
  options: DerivativeOptions = {},
): Promise<Product<Tensor, In>> {
  return (await runLater(hessianSteps("vhp", fn, inputs, v, options))) as Product<Tensor, In>;
}
