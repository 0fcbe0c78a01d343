/**
 * The rule of map. The derivative of an expression is an expression again.
 *
 * @module
 */
import { type Expr, equalShapes, listOf, type TensorType } from "@lucid/backend";
import {
  commonShape,
  type InputType,
  type MapAttributes,
  type Rule,
  type RuleContext,
  type Saves,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { withoutAbsent } from "../absent.js";
import { differentiate, type ExprGradient } from "../differentiate.js";
import { computeGradients } from "./compute-gradients.js";
import { planned, positionsOf } from "./plans.js";

/** Returns the positions of the inputs and outputs that gradient expressions read. */
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
  const gradient = differentiate("kind" in key ? listOf(key) : key, positions);
  const vanishes = gradient.exprs.every((expr) => expr === undefined);
  return { gradient, positions, saves: savesOf(gradient), vanishes };
});

/**
 * Returns the key for remembered plans. A single expression is always the same object, but a list of one often is not.
 */
const keyOf = ({ exprs }: MapAttributes): Expr | readonly Expr[] => (exprs.length === 1 ? exprs[0]! : exprs);

/** Returns the tensors that gradient expressions read. */
function resolve({ sources }: ExprGradient, context: RuleContext<MapAttributes>): readonly Tensor[] {
  const tensors = new Array<Tensor>(sources.length);
  for (let j = 0; j < sources.length; j++) tensors[j] = context[sources[j]!.kind](sources[j]!.index);
  return tensors;
}

/** Returns the types of the inputs at some positions. */
export function typesAt(types: readonly InputType[], positions: readonly number[]): readonly InputType[] {
  const chosen = new Array<InputType>(positions.length);
  for (let k = 0; k < positions.length; k++) chosen[k] = types[positions[k]!]!;
  return chosen;
}

/** Returns a list with `count` places that has the values at the positions, and undefined elsewhere. */
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
    const { gradient: full, positions, vanishes } = planOf(keyOf(attributes), undefined, wanted);
    if (vanishes) return [];
    const given = attributes.exprs.map((_, k) => context.gradients[k] !== undefined);
    const gradient = given.every(Boolean) ? full : withoutAbsent(full, given);
    if (gradient.exprs.every((expr) => expr === undefined)) return [];
    const results = computeGradients({
      name: attributes.name,
      exprs: gradient.exprs,
      sources: resolve(gradient, context),
      scalars: context.scalars,
      domain: outputTypes[0]!.shape,
      types: typesAt(inputTypes, positions),
    });
    return spread(wanted.length, positions, results);
  },
};

/** Returns the shape to which inputs of these types broadcast. */
export function domainOf(name: string, types: readonly TensorType[]): readonly number[] {
  const [first] = types;
  if (types.every(({ shape }) => equalShapes(shape, first!.shape))) return first!.shape;
  return commonShape(
    name,
    types.map((type) => type.shape),
  );
}
