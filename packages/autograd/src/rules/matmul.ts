/**
 * The rule of the matrix product.
 *
 * @module
 */
import { constant, type Expr } from "@lucid/backend";
import { callMatmul, callView, type MatmulAttributes, permuteView, type Tensor } from "@lucid/tensor/core";
import { differentiate } from "../adjoint.js";
import type { InputType, Rule, RuleContext, Saves } from "../rule.js";
import { positionsOf } from "./map.js";
import { alone, computeGradients, sumTo } from "./through.js";

/** The last two axes exchanged. */
function transposed(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  [axes[last - 1], axes[last]] = [last, last - 1];
  return callView(permuteView, x, { axes });
}

/** The gradient of the first factor of op(a) · op(b), of which op transposes if asked. */
function ofFirst(product: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return transposeA
    ? callMatmul(b, product, { transposeA: transposeB, transposeB: true })
    : callMatmul(product, b, { transposeB: !transposeB });
}

/** The gradient of the second factor. */
function ofSecond(product: Tensor, a: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return transposeB
    ? callMatmul(product, a, { transposeA: true, transposeB: transposeA })
    : callMatmul(a, product, { transposeA: !transposeA });
}

/**
 * Whether a factor lies in memory by columns: its gradient is then computed transposed, so that that of the matrix it is a
 * view of needs no copy.
 */
function byColumns({ shape, strides }: InputType): boolean {
  const rank = shape.length;
  return strides[rank - 2] === 1 && strides[rank - 1] !== 1;
}

/** Which of the epilogue's inputs need a gradient: the product if a factor does, and the further tensors. */
function epilogueWanted(wanted: readonly boolean[]): readonly boolean[] {
  return [wanted[0]! || wanted[1]!, ...wanted.slice(2)];
}

export const matmulRule: Rule<MatmulAttributes> = {
  saves({ epilogue }: MatmulAttributes, wanted: readonly boolean[]): Saves {
    const inputs = new Set<number>();
    if (wanted[0]) inputs.add(1);
    if (wanted[1]) inputs.add(0);
    const outputs: number[] = [];
    if (epilogue !== undefined) {
      for (const { kind, index } of differentiate(alone(epilogue), positionsOf(epilogueWanted(wanted))).sources) {
        if (kind === "output") outputs.push(0);
        else if (kind === "input" && index > 0) inputs.add(index + 1);
        else if (kind === "input") inputs.add(0).add(1);
      }
    }
    return { inputs: [...inputs], outputs };
  },

  gradients(context: RuleContext<MatmulAttributes>): readonly (Tensor | undefined)[] {
    const { attributes, wanted, inputTypes } = context;
    const { epilogue, scalars, transposeA, transposeB } = attributes;
    const through = epilogue === undefined ? undefined : throughEpilogue(context, epilogue, scalars);
    const product = epilogue === undefined ? context.gradient(0) : through![0];
    const results: (Tensor | undefined)[] = [];
    if (product !== undefined) {
      const [first, second] = inputTypes as readonly [InputType, InputType];
      if (wanted[0]) {
        const turned = byColumns(first);
        const gradient = ofFirst(product, context.input(1), transposeA !== turned, transposeB);
        results[0] = sumTo(turned ? transposed(gradient) : gradient, first.shape);
      }
      if (wanted[1]) {
        const turned = byColumns(second);
        const gradient = ofSecond(product, context.input(0), transposeA, transposeB !== turned);
        results[1] = sumTo(turned ? transposed(gradient) : gradient, second.shape);
      }
    }
    if (through !== undefined) for (let i = 2; i < wanted.length; i++) results[i] = through[i - 1];
    return results;
  },
};

/** Gradients of the epilogue's inputs by position: the product, then the further tensors. */
function throughEpilogue(
  context: RuleContext<MatmulAttributes>,
  epilogue: Expr,
  scalars: readonly number[],
): readonly (Tensor | undefined)[] {
  const { attributes, wanted, inputTypes, outputTypes } = context;
  const factors = { transposeA: attributes.transposeA, transposeB: attributes.transposeB };
  const positions = positionsOf(epilogueWanted(wanted));
  const { exprs, sources } = differentiate(alone(epilogue), positions);
  const domain = outputTypes[0]!.shape;
  const tensors = sources.map(({ kind, index }) => {
    if (kind === "gradient") return context.gradient(0);
    if (kind === "output") return context.output(0);
    // An epilogue whose derivative reads the product itself has it computed again.
    return index === 0 ? callMatmul(context.input(0), context.input(1), factors) : context.input(index + 1);
  });
  const types = positions.map((i) => (i === 0 ? { shape: domain, dtype: inputTypes[0]!.dtype } : inputTypes[i + 1]!));
  const computed = computeGradients({
    name: "matmul",
    exprs: exprs.map((expr) => expr ?? constant(0, outputTypes[0]!.dtype)),
    sources: tensors.length > 0 ? tensors : [context.gradient(0)],
    scalars,
    domain,
    types,
  });
  const results: (Tensor | undefined)[] = [];
  positions.forEach((position, k) => {
    results[position] = computed[k];
  });
  return results;
}
