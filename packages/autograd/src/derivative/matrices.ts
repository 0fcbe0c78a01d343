/**
 * Matrices of derivatives: `jacobian` and `hessian`.
 *
 * @module
 */
import { owned } from "@lucid/tensor/extend";
import { reshape, select, stack, type Tensor, zeros } from "@lucid/tensor/functions";
import { enableGrad } from "../modes.js";
import { runLater, runNow, type Steps } from "../waiting.js";
import {
  ask,
  type DerivativeOptions,
  type FunctionOfTensors,
  finished,
  gradientSteps,
  type Question,
  settled,
  singleNumber,
  structured,
  type Tensors,
} from "./inputs.js";

/** A matrix for every pair of an output and an input; a list where there are lists of them, the outputs first. */
export type Matrices<Out extends Tensors, In extends Tensors> = Out extends Tensor
  ? In extends Tensor
    ? Tensor
    : readonly Tensor[]
  : In extends Tensor
    ? readonly Tensor[]
    : readonly (readonly Tensor[])[];

/**
 * Computes the derivatives of every element of a tensor, in the shape (…tensor, …input) for each input.
 *
 * @param last - whether the graph is not needed any more.
 */
function* rowSteps(question: Question, output: Tensor, what: string, last: boolean): Steps<readonly Tensor[]> {
  const { operation, inputs, createGraph } = question;
  const rows: (readonly Tensor[])[] = [];
  const elements = output.requiresGrad ? enableGrad(() => reshape(output, [-1])) : output;
  for (let j = 0; j < output.numel(); j++) {
    const element = output.requiresGrad ? enableGrad(() => select(elements, 0, j)) : output;
    const gradients = yield* gradientSteps(
      operation,
      [element],
      inputs,
      [null],
      createGraph,
      createGraph || !last || j + 1 < output.numel(),
    );
    rows.push(settled(question, gradients, what));
  }
  return inputs.map(({ shape, dtype, backend }, i) => {
    const sizes = [...output.shape, ...shape];
    if (rows.length === 0) return zeros(sizes, { dtype, backend });
    const list = rows.map((row) => row[i]!);
    return createGraph ? enableGrad(() => reshape(stack(list), sizes)) : reshape(stack(list), sizes);
  });
}

function* jacobianSteps(
  fn: FunctionOfTensors,
  inputs: Tensors,
  options: DerivativeOptions,
): Steps<Tensors | readonly (readonly Tensor[])[]> {
  const question = ask("jacobian", fn, inputs, options);
  const { outputs, single } = question;
  const all: Tensors[] = [];
  for (const [k, output] of outputs.entries()) {
    const blocks = yield* rowSteps(question, output, `output ${k}`, k === outputs.length - 1);
    all.push(structured(finished(question, blocks), single.input));
  }
  return structured(all as readonly Tensor[], single.output);
}

function* hessianSteps(
  fn: FunctionOfTensors<Tensor>,
  inputs: Tensors,
  options: DerivativeOptions,
): Steps<Tensor | readonly (readonly Tensor[])[]> {
  const question = ask("hessian", fn, inputs, options);
  const { single } = question;
  const first = yield* gradientSteps("hessian", [singleNumber(question)], question.inputs, [null], true, true);
  const all: Tensors[] = [];
  const slopes = settled(question, first, "the output");
  for (const [i, slope] of slopes.entries()) {
    const blocks = yield* rowSteps(question, slope, `the gradient of input ${i}`, i === slopes.length - 1);
    all.push(structured(finished(question, blocks), single.input));
  }
  return structured(all as readonly Tensor[], single.input) as Tensor;
}

/**
 * Computes the Jacobian of a function: the derivatives of every element of the output with respect to every element of
 * the input.
 *
 *     J[i, j] = ∂yᵢ / ∂xⱼ,  (out) and (in) → (out, in)
 *
 * One backward pass is made for each element of the outputs. PyTorch's `vectorize` and `strategy` come with `vmap`.
 *
 * @param fn - a function of the inputs, which returns a tensor or a list of tensors.
 * @param inputs - a tensor or a list of tensors.
 * @param options - `createGraph`, `strict`.
 * @returns a tensor in the shape of the output followed by that of the input; a list for several outputs, or inputs; a
 * list for each output if there are several of both.
 * @throws ArgumentError for wrong arguments; AutogradError with `strict` if an input has no effect.
 *
 * @example
 * ```ts
 * jacobian((x: Tensor) => x.square().mul(x.sum()), tensor([1, 2])); // → Tensor([[7, 1], [4, 16]])
 * jacobian((x: Tensor, y: Tensor) => x.mul(y), [tensor([1, 2]), tensor(3)]); // → [Tensor([[3, 0], [0, 3]]), Tensor([1, 2])]
 * ```
 *
 * @see torch.autograd.functional.jacobian
 */
export function jacobian<In extends Tensors, Out extends Tensors>(
  fn: FunctionOfTensors<Out>,
  inputs: In,
  options: DerivativeOptions = {},
): Matrices<Out, In> {
  return owned(() => runNow(jacobianSteps(fn, inputs, options))) as Matrices<Out, In>;
}

/**
 * Computes what {@link jacobian} computes, for graphs that cross to backends which cannot be read synchronously.
 *
 * @param fn - a function of the inputs, which returns a tensor or a list of tensors.
 * @param inputs - a tensor or a list of tensors.
 * @param options - `createGraph`, `strict`.
 * @throws what `jacobian` throws, as a rejection.
 *
 * @example
 * ```ts
 * await jacobianAsync((x: Tensor) => x.square(), tensor([1, 2])); // → Tensor([[2, 0], [0, 4]])
 * ```
 */
export async function jacobianAsync<In extends Tensors, Out extends Tensors>(
  fn: FunctionOfTensors<Out>,
  inputs: In,
  options: DerivativeOptions = {},
): Promise<Matrices<Out, In>> {
  return (await runLater(jacobianSteps(fn, inputs, options))) as Matrices<Out, In>;
}

/**
 * Computes the Hessian of a function: its second derivatives.
 *
 *     H[i, j] = ∂²y / ∂xᵢ∂xⱼ,  (in) → (in, in)
 *
 * One backward pass is made for each element of the inputs. PyTorch's `vectorize` and `outer_jacobian_strategy` come
 * with `vmap`.
 *
 * @param fn - a function of the inputs, which returns a single number.
 * @param inputs - a tensor or a list of tensors.
 * @param options - `createGraph`, `strict`.
 * @returns a tensor in the shape of the input, twice; for several inputs, a list of lists with one for each pair.
 * @throws ArgumentError for wrong arguments; AutogradError if the result is not a single number, or with `strict` if an
 * input has no effect.
 *
 * @example
 * ```ts
 * hessian((x: Tensor) => x.prod(), tensor([2, 3, 4])); // → Tensor([[0, 4, 3], [4, 0, 2], [3, 2, 0]])
 * ```
 *
 * @see torch.autograd.functional.hessian
 */
export function hessian<In extends Tensors>(
  fn: FunctionOfTensors<Tensor>,
  inputs: In,
  options: DerivativeOptions = {},
): Matrices<In, In> {
  return owned(() => runNow(hessianSteps(fn, inputs, options))) as Matrices<In, In>;
}

/**
 * Computes what {@link hessian} computes, for graphs that cross to backends which cannot be read synchronously.
 *
 * @param fn - a function of the inputs, which returns a single number.
 * @param inputs - a tensor or a list of tensors.
 * @param options - `createGraph`, `strict`.
 * @throws what `hessian` throws, as a rejection.
 *
 * @example
 * ```ts
 * await hessianAsync((x: Tensor) => x.pow(3).sum(), tensor([1, 2])); // → Tensor([[6, 0], [0, 12]])
 * ```
 */
export async function hessianAsync<In extends Tensors>(
  fn: FunctionOfTensors<Tensor>,
  inputs: In,
  options: DerivativeOptions = {},
): Promise<Matrices<In, In>> {
  return (await runLater(hessianSteps(fn, inputs, options))) as Matrices<In, In>;
}
