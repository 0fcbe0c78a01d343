/**
 * The derivative rules of all primitives.
 *
 * @module
 */
import { AutogradError } from "@lucid/backend";
import {
  type Primitive,
  type PrimitiveAttributes,
  type PrimitiveName,
  primitives,
  type Rule,
} from "@lucid/tensor/extend";
import { gatherRule, scatterRule } from "./rules/indexing.js";
import { mapRule } from "./rules/map.js";
import { matmulRule } from "./rules/matmul.js";
import { scanRule, sortRule } from "./rules/ordering.js";
import { reduceRule } from "./rules/reduce.js";
import { diagonalRule, expandRule, permuteRule, reshapeRule, sliceRule, unfoldRule } from "./rules/views.js";
import { assignRule, concatenateRule, transferRule } from "./rules/writing.js";

/** The rule for each primitive, by its name. */
type PrimitiveRules = { readonly [N in PrimitiveName]: Rule<PrimitiveAttributes[N]> };

const rules: PrimitiveRules = {
  map: mapRule,
  reduce: reduceRule,
  matmul: matmulRule,
  gather: gatherRule,
  scatter: scatterRule,
  scan: scanRule,
  sort: sortRule,
  reshape: reshapeRule,
  permute: permuteRule,
  expand: expandRule,
  slice: sliceRule,
  diagonal: diagonalRule,
  unfold: unfoldRule,
  assign: assignRule,
  cat: concatenateRule,
  to: transferRule,
};

/** The rules by primitive. They are not found by name, because a fused operation may have the name of a primitive. */
const byPrimitive: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>(
  (Object.keys(rules) as PrimitiveName[]).map((name) => [primitives[name], rules[name]]),
);

/**
 * Returns the rule of a primitive. A fused operation brings its own.
 *
 * @throws AutogradError for a primitive that has none.
 */
export function ruleOf(primitive: Primitive): Rule {
  const rule = (byPrimitive.get(primitive) as Rule | undefined) ?? primitive.rule;
  if (rule !== undefined) return rule;
  throw new AutogradError(primitive.name, "has no derivative rule", { remedy: "use detach() on its inputs" });
}
