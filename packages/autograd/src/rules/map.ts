/**
 * The rule of map: the derivative of an expression is an expression.
 *
 * @module
 */
import type { TensorType } from "@lucid/backend";
import type { MapAttributes, Tensor } from "@lucid/tensor/core";
import { broadcastShapes } from "@lucid/tensor/core";
import { differentiate, type ExprGradient } from "../adjoint.js";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { computeGradients } from "./through.js";

const positionsOf = (wanted: readonly boolean[]): readonly number[] => {
  const positions: number[] = [];
  for (let i = 0; i < wanted.length; i++) if (wanted[i]) positions.push(i);
  return positions;
};

/** Positions of the saved inputs and outputs that gradient expressions read. */
export function savesOf({ sources }: ExprGradient): Saves {
  const of = (kind: "input" | "output"): readonly number[] =>
    sources.filter((source) => source.kind === kind).map((source) => source.index);
  return { inputs: of("input"), outputs: of("output") };
}

/** Resolves the sources of gradient expressions. */
export function resolve(
  gradient: ExprGradient,
  context: Pick<RuleContext, "input" | "output" | "gradient">,
): readonly Tensor[] {
  return gradient.sources.map(({ kind, index }) => context[kind](index));
}

/** By input: what was computed for the wanted ones. */
export function spread<T>(wanted: readonly boolean[], values: readonly T[]): readonly (T | undefined)[] {
  let next = 0;
  return wanted.map((want) => (want ? values[next++] : undefined));
}

export const mapRule: Rule<MapAttributes> = {
  saves({ exprs }: MapAttributes, wanted: readonly boolean[]): Saves {
    return savesOf(differentiate(exprs, positionsOf(wanted)));
  },

  gradients(context: RuleContext<MapAttributes>): readonly (Tensor | undefined)[] {
    const { attributes, wanted, inputTypes, outputTypes } = context;
    const positions = positionsOf(wanted);
    const gradient = differentiate(attributes.exprs, positions);
    if (gradient.exprs.every((expr) => expr === undefined)) return [];
    const results = computeGradients({
      name: attributes.name,
      exprs: gradient.exprs,
      sources: resolve(gradient, context),
      scalars: attributes.scalars,
      domain: outputTypes[0]!.shape,
      types: positions.map((i) => inputTypes[i]!),
    });
    return spread(wanted, results);
  },
};

export { positionsOf };

/** The shape that inputs of these types broadcast to. */
export function domainOf(name: string, types: readonly TensorType[]): readonly number[] {
  return broadcastShapes(
    name,
    types.map((type) => type.shape),
  );
}
