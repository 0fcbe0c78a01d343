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

/**
 * The product as the gradient of a factor, lying in memory as the factor does: that of a transposed weight is computed
 * transposed, so that the weight's own gradient needs no copy.
 */
function likeFactor(a: Tensor, b: Tensor, { shape, strides }: InputType): Tensor {
  const rank = shape.length;
  const byColumns = strides[rank - 2] === 1 && strides[rank - 1] !== 1;
  return sumTo(byColumns ? transposed(callMatmul(transposed(b), transposed(a))) : callMatmul(a, b), shape);
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
    const { epilogue, scalars } = attributes;
    const through = epilogue === undefined ? undefined : throughEpilogue(context, epilogue, scalars);
    const product = epilogue === undefined ? context.gradient(0) : through![0];
    const results: (Tensor | undefined)[] = [];
    if (product !== undefined) {
      if (wanted[0]) results[0] = likeFactor(product, transposed(context.input(1)), inputTypes[0]!);
      if (wanted[1]) results[1] = likeFactor(transposed(context.input(0)), product, inputTypes[1]!);
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
  const { wanted, inputTypes, outputTypes } = context;
  const positions = positionsOf(epilogueWanted(wanted));
  const { exprs, sources } = differentiate(alone(epilogue), positions);
  const domain = outputTypes[0]!.shape;
  const tensors = sources.map(({ kind, index }) => {
    if (kind === "gradient") return context.gradient(0);
    if (kind === "output") return context.output(0);
    // An epilogue whose derivative reads the product itself has it computed again.
    return index === 0 ? callMatmul(context.input(0), context.input(1)) : context.input(index + 1);
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
