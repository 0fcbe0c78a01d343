/**
 * The rule of map: the derivative of an expression is an expression.
 *
 * @module
 */
import { type Expr, equalShapes, type TensorType } from "@lucid/backend";
import { broadcastShapes, type MapAttributes, type Tensor } from "@lucid/tensor/core";
import { differentiate, type ExprGradient } from "../adjoint.js";
import type { InputType, Rule, RuleContext, Saves } from "../rule.js";
import { planned, positionsOf } from "./plans.js";
import { alone, computeGradients } from "./through.js";

/** Positions of the saved inputs and outputs that gradient expressions read. */
function savesOf({ sources }: ExprGradient): Saves {
  const of = (kind: "input" | "output"): readonly number[] =>
    sources.filter((source) => source.kind === kind).map((source) => source.index);
  return { inputs: of("input"), outputs: of("output") };
}

interface Plan {
  readonly gradient: ExprGradient;
  readonly positions: readonly number[];
  readonly saves: Saves;
  /** Whether all derivatives are zero. */
  readonly vanishes: boolean;
}

const planOf = planned((key: Expr | readonly Expr[], _: undefined, wanted): Plan => {
  const positions = positionsOf(wanted);
  const gradient = differentiate("kind" in key ? alone(key) : key, positions);
  const vanishes = gradient.exprs.every((expr) => expr === undefined);
  return { gradient, positions, saves: savesOf(gradient), vanishes };
});

/** A lone expression is always the same object, a list of one often another. */
const keyOf = ({ exprs }: MapAttributes): Expr | readonly Expr[] => (exprs.length === 1 ? exprs[0]! : exprs);

/** The tensors that gradient expressions read. */
function resolve({ sources }: ExprGradient, context: RuleContext<MapAttributes>): readonly Tensor[] {
  const tensors = new Array<Tensor>(sources.length);
  for (let j = 0; j < sources.length; j++) tensors[j] = context[sources[j]!.kind](sources[j]!.index);
  return tensors;
}

/** The types of the inputs at some positions. */
export function typesAt(types: readonly InputType[], positions: readonly number[]): readonly InputType[] {
  const chosen = new Array<InputType>(positions.length);
  for (let k = 0; k < positions.length; k++) chosen[k] = types[positions[k]!]!;
  return chosen;
}

/** By input of `count`: what was computed for those at the positions. */
export function spread<T>(
  count: number,
  positions: readonly number[],
  values: readonly T[],
): readonly (T | undefined)[] {
  if (positions.length === count) return values;
  const all = new Array<T | undefined>(count).fill(undefined);
  for (let k = 0; k < positions.length; k++) all[positions[k]!] = values[k];
  return all;
}

export const mapRule: Rule<MapAttributes> = {
  saves(attributes: MapAttributes, wanted: readonly boolean[]): Saves {
    return planOf(keyOf(attributes), undefined, wanted).saves;
  },

  gradients(context: RuleContext<MapAttributes>): readonly (Tensor | undefined)[] {
    const { attributes, wanted, inputTypes, outputTypes } = context;
    const { gradient, positions, vanishes } = planOf(keyOf(attributes), undefined, wanted);
    if (vanishes) return [];
    const results = computeGradients({
      name: attributes.name,
      exprs: gradient.exprs,
      sources: resolve(gradient, context),
      scalars: attributes.scalars,
      domain: outputTypes[0]!.shape,
      types: typesAt(inputTypes, positions),
    });
    return spread(wanted.length, positions, results);
  },
};

/** The shape that inputs of these types broadcast to. */
export function domainOf(name: string, types: readonly TensorType[]): readonly number[] {
  const [first] = types;
  if (types.every(({ shape }) => equalShapes(shape, first!.shape))) return first!.shape;
  return broadcastShapes(
    name,
    types.map((type) => type.shape),
  );
}
