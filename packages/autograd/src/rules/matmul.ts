/**
 * The rule of the matrix product.
 *
 * @module
 */
import { constant, type Expr, listOf } from "@lucid/backend";
import {
  callMatmul,
  callView,
  type InputType,
  type MatmulAttributes,
  permuteView,
  type Rule,
  type RuleContext,
  type Saves,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { differentiate, type ExprGradient } from "../differentiate.js";
import { computeGradients, sumTo } from "./compute-gradients.js";
import { planned, positionsOf } from "./plans.js";

/** Exchanges the last two axes. */
function transposed(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  [axes[last - 1], axes[last]] = [last, last - 1];
  return callView(permuteView, x, { axes });
}

/** Computes the gradient of the first factor of op(a) · op(b), where op transposes if the attributes say so. */
function ofFirst(product: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return transposeA
    ? callMatmul(b, product, { transposeA: transposeB, transposeB: true })
    : callMatmul(product, b, { transposeB: !transposeB });
}

/** Computes the gradient of the second factor. */
function ofSecond(product: Tensor, a: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return transposeB
    ? callMatmul(product, a, { transposeA: true, transposeB: transposeA })
    : callMatmul(a, product, { transposeA: !transposeA });
}

/**
 * Whether a factor lies in memory column by column. Its gradient is then computed transposed, so that the gradient of
 * the matrix of which it is a view needs no copy.
 */
function byColumns({ shape, strides }: InputType): boolean {
  const rank = shape.length;
  return strides[rank - 2] === 1 && strides[rank - 1] !== 1;
}

/** What the derivative of an epilogue reads, and its expressions. */
interface Plan {
  /**
   * Positions among the epilogue's inputs: the product if a factor wants a gradient, and the further tensors that do.
   */
  readonly positions: readonly number[];
  /** The gradients at these positions, zeros included. */
  readonly exprs: readonly Expr[];
  readonly sources: ExprGradient["sources"];
  readonly saves: Saves;
}

const planOf = planned((epilogue: Expr, _: undefined, wanted): Plan => {
  const positions = positionsOf([wanted[0]! || wanted[1]!, ...wanted.slice(2)]);
  const { exprs, sources } = differentiate(listOf(epilogue), positions);
  const inputs = new Set(factorsRead(wanted));
  const outputs: number[] = [];
  for (const { kind, index } of sources) {
    if (kind === "output") outputs.push(0);
    else if (kind === "input" && index > 0) inputs.add(index + 1);
    else if (kind === "input") inputs.add(0).add(1);
  }
  const zero = constant(0, epilogue.dtype);
  return { positions, exprs: exprs.map((expr) => expr ?? zero), sources, saves: { inputs: [...inputs], outputs } };
});

/** Returns which factors the gradients read. The gradient of each factor reads the other one. */
function factorsRead(wanted: readonly boolean[]): readonly number[] {
  return positionsOf([wanted[1]!, wanted[0]!]);
}

export const matmulRule: Rule<MatmulAttributes> = {
  saves({ epilogue }: MatmulAttributes, wanted: readonly boolean[]): Saves {
    if (epilogue === undefined) return { inputs: factorsRead(wanted), outputs: [] };
    return planOf(epilogue, undefined, wanted).saves;
  },

  gradients(context: RuleContext<MatmulAttributes>): readonly (Tensor | undefined)[] {
    const { attributes, wanted, inputTypes } = context;
    const { epilogue, transposeA, transposeB } = attributes;
    const through = epilogue === undefined ? undefined : throughEpilogue(context, epilogue);
    const product = epilogue === undefined ? context.gradient(0) : through![0];
    const results = new Array<Tensor | undefined>(wanted.length).fill(undefined);
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

/** Computes the gradients of the epilogue's inputs by position: the product, then the further tensors. */
function throughEpilogue(context: RuleContext<MatmulAttributes>, epilogue: Expr): readonly (Tensor | undefined)[] {
  const { attributes, scalars, wanted, inputTypes, outputTypes } = context;
  const { transposeA, transposeB } = attributes;
  const { positions, exprs, sources } = planOf(epilogue, undefined, wanted);
  const product = { shape: outputTypes[0]!.shape, dtype: inputTypes[0]!.dtype };
  const tensors = sources.map(({ kind, index }) => {
    if (kind === "gradient") return context.gradient(0);
    if (kind === "output") return context.output(0);
    if (index > 0) return context.input(index + 1);
    // The product itself is not saved, so it is computed again if the derivative of the epilogue reads it.
    return callMatmul(context.input(0), context.input(1), { transposeA, transposeB });
  });
  const computed = computeGradients({
    name: "matmul",
    exprs,
    sources: tensors.length > 0 ? tensors : [context.gradient(0)],
    scalars,
    domain: product.shape,
    types: positions.map((i) => (i === 0 ? product : inputTypes[i + 1]!)),
  });
  const results = new Array<Tensor | undefined>(wanted.length - 1).fill(undefined);
  for (let k = 0; k < positions.length; k++) results[positions[k]!] = computed[k];
  return results;
}
