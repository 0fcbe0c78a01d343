/**
 * The derivative of every primitive: one rule each.
 *
 * @module
 */
import { AutogradError } from "@lucid/backend";
import {
  assignView,
  concatenate,
  diagonalView,
  expandView,
  type FusedPrimitive,
  gatherElements,
  map,
  matrixMultiply,
  type Primitive,
  permuteView,
  reduce,
  reshapeView,
  scanAxis,
  scatterElements,
  sliceView,
  sortAxis,
  transfer,
  unfoldView,
} from "@lucid/tensor/core";
import type { Rule } from "./rule.js";
import { gatherRule, scatterRule } from "./rules/indexing.js";
import { mapRule } from "./rules/map.js";
import { matmulRule } from "./rules/matmul.js";
import { scanRule, sortRule } from "./rules/ordering.js";
import { reduceRule } from "./rules/reduce.js";
import { diagonalRule, expandRule, permuteRule, reshapeRule, sliceRule, unfoldRule } from "./rules/views.js";
import { assignRule, concatenateRule, fusedRule, transferRule } from "./rules/writing.js";

const rules: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  [map, mapRule],
  [reduce, reduceRule],
  [matrixMultiply, matmulRule],
  [gatherElements, gatherRule],
  [scatterElements, scatterRule],
  [scanAxis, scanRule],
  [sortAxis, sortRule],
  [reshapeView, reshapeRule],
  [permuteView, permuteRule],
  [expandView, expandRule],
  [sliceView, sliceRule],
  [diagonalView, diagonalRule],
  [unfoldView, unfoldRule],
  [assignView, assignRule],
  [concatenate, concatenateRule],
  [transfer, transferRule],
]);

const fusedRules = new WeakMap<Primitive, Rule>();

/**
 * The rule of a primitive; a fused operation brings its own.
 *
 * @throws AutogradError for a primitive that has none.
 */
export function ruleOf(primitive: Primitive): Rule {
  const rule = (rules.get(primitive) as Rule | undefined) ?? fusedRules.get(primitive);
  if (rule !== undefined) return rule;
  const { fused } = primitive as Partial<FusedPrimitive<never>>;
  if (fused === undefined) {
    throw new AutogradError(primitive.name, "has no derivative rule", { remedy: "use detach() on its inputs" });
  }
  const made = fusedRule(fused) as unknown as Rule;
  fusedRules.set(primitive, made);
  return made;
}
