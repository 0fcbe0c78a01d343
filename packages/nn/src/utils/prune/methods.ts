/**
 * Which elements of a parameter are pruned: random ones, the smallest ones, or whole slices.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, describeValue, equalShapes } from "@lucid/backend";
import { callScatter, fusedReduce, owned } from "@lucid/tensor/extend";
import {
  abs,
  cat,
  countNonzero,
  elementwise,
  eq,
  expand,
  type Formula,
  full,
  maskedFill,
  narrow,
  ones,
  pow,
  rand,
  reshape,
  Tensor,
  topk,
} from "@lucid/tensor/functions";
import { assertChoice, assertInteger, assertNumber } from "../../internal/checks.js";
import type { AnyModule } from "../../module/module.js";
import { applyMask, maskOf, originalOf } from "./mask.js";

/** How much is pruned: a share from 0 to 1, or a number of elements or slices, an integer. */
export type PruningAmount = number;

/** Options of the methods that go by size. */
export interface ScoreOptions {
  /** What counts as the size of the parameter's elements, of its shape; null (the default) means the parameter itself. */
  readonly importanceScores?: Tensor | null;
}

const sizeOf = /* @__PURE__ */ elementwise((x: Formula) => abs(x), { name: "prune" });
const powerOf = /* @__PURE__ */ elementwise((x: Formula, p: Formula) => pow(abs(x), p), { name: "prune" });

/** How many of `total` are pruned. @throws ArgumentError for an amount that is wrong or more than there are. */
function countOf(operation: string, amount: unknown, total: number): number {
  if (typeof amount === "number" && amount >= 0) {
    if (Number.isInteger(amount) && amount !== 1 && amount <= total) return amount;
    // As in PyTorch, the integer 1 is one element; JavaScript does not know 1 from 1.0.
    if (amount === 1) return Math.min(1, total);
    if (amount < 1) return Math.round(amount * total);
  }
  throw new ArgumentError(operation, `the amount is ${describeValue(amount)}`, {
    rule: `it is a share between 0 and 1, or an integer of ${total} at most`,
  });
}

/** A mask of ones with zeros at the places of the `count` smallest scores. Scores and mask are vectors. */
function withoutSmallest(scores: Tensor, count: number): Tensor {
  const { dtype, backend, shape } = scores;
  const mask = ones(shape, { dtype, backend });
  if (count === 0) return mask;
  const { indices } = topk(scores, count, { largest: false });
  return callScatter("set", mask, full([count], 0, { dtype, backend }), indices, 0, undefined, "prune");
}

/** What the elements of a parameter count: their sizes, and less than every other where they are masked already. */
function scoresOf(operation: string, module: AnyModule, name: string, scores: Tensor | null | undefined): Tensor {
  const original = originalOf(operation, module, name);
  if (scores === null || scores === undefined) return original.detach();
  if (scores instanceof Tensor && equalShapes(scores.shape, original.shape)) return scores.detach();
  throw new ArgumentError(operation, "importanceScores do not fit the parameter", {
    rule: "they are a tensor of the parameter's shape",
  });
}

/**
 * The mask over a vector of scores. What is masked already is not chosen again: the amount is of what is left.
 */
function maskFor(operation: string, scores: Tensor, before: Tensor | undefined, amount: PruningAmount): Tensor {
  if (before === undefined) return withoutSmallest(scores, countOf(operation, amount, scores.numel()));
  const left = countNonzero(before).item();
  const chosen = countOf(operation, amount, left);
  const gone = scores.numel() - left;
  // Masked elements come first, since their score is −∞.
  const marked = maskedFill(scores, eq(before, 0), Number.NEGATIVE_INFINITY);
  return withoutSmallest(marked, gone + chosen);
}

/** Prunes single elements by their scores. */
function pruneElements(
  operation: string,
  module: AnyModule,
  name: string,
  amount: PruningAmount,
  makeScores: (original: Tensor) => Tensor,
): void {
  const original = originalOf(operation, module, name);
  const mask = noGrad(() =>
    owned(() => {
      const flat = (x: Tensor): Tensor => reshape(x, [original.numel()]);
      const before = maskOf(module, name);
      const scores = flat(makeScores(original.detach()));
      return reshape(maskFor(operation, scores, before && flat(before), amount), original.shape);
    }),
  );
  applyMask(operation, module, name, mask);
}

/**
 * Prunes random elements of a parameter.
 *
 * @param module - the module that has the parameter.
 * @param name - of the parameter.
 * @param amount - a share between 0 and 1, or a number of elements; of those that are not pruned yet.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter, or for an amount that is wrong.
 *
 * @example
 * ```ts
 * const layer = utils.prune.randomUnstructured(new Linear(4, 3), "weight", 0.5);
 * layer.weight.eq(0).sum().item(); // → 6
 * ```
 *
 * Source: torch.nn.utils.utils.prune.random_unstructured.
 */
export function randomUnstructured<M extends AnyModule>(module: M, name: string, amount: PruningAmount): M {
  pruneElements("randomUnstructured", module, name, amount, ({ shape, backend }) => rand(shape, { backend }));
  return module;
}

/**
 * Prunes the elements of a parameter that are smallest in size.
 *
 * @param module - the module that has the parameter.
 * @param name - of the parameter.
 * @param amount - a share between 0 and 1, or a number of elements; of those that are not pruned yet.
 * @param options - `importanceScores` (default null): what counts as size.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter, for an amount that is wrong, or an unknown option.
 *
 * @example
 * ```ts
 * const layer = Object.assign(new Linear(4, 1), { weight: new Parameter([[1, -2, 0.5, 3]]) });
 * utils.prune.l1Unstructured(layer, "weight", 2);
 * layer.weight.detach(); // → Tensor([[0, -2, 0, 3]])
 * ```
 *
 * Source: torch.nn.utils.prune.l1_unstructured.
 */
export function l1Unstructured<M extends AnyModule>(
  module: M,
  name: string,
  amount: PruningAmount,
  options?: ScoreOptions,
): M {
  checkOptions("l1Unstructured", options, { importanceScores: true });
  const scores = scoresOf("l1Unstructured", module, name, options?.importanceScores);
  pruneElements("l1Unstructured", module, name, amount, () => sizeOf(scores));
  return module;
}

/** Prunes whole slices along a dimension by their scores. */
function pruneSlices(
  operation: string,
  module: AnyModule,
  name: string,
  amount: PruningAmount,
  dim: number,
  makeScores: (slices: number, axis: number, others: readonly number[]) => Tensor,
): void {
  assertInteger(operation, "dim", dim);
  const { shape } = originalOf(operation, module, name);
  const axis = dim < 0 ? dim + shape.length : dim;
  const slices = shape[axis];
  if (slices === undefined || shape.length < 2) {
    throw new ArgumentError(operation, `dim is ${dim} for ${shape.length} dimensions`, {
      rule: "slices lie along one of two dimensions at least",
    });
  }
  const others = shape.map((_, i) => i).filter((i) => i !== axis);
  const mask = noGrad(() =>
    owned(() => {
      const vector = maskFor(operation, makeScores(slices, axis, others), sliceMask(module, name, others), amount);
      return expand(
        reshape(
          vector,
          shape.map((size, i) => (i === axis ? size : 1)),
        ),
        shape,
      );
    }),
  );
  applyMask(operation, module, name, mask);
}

/** Which slices have elements that are not pruned yet; undefined without a mask. */
function sliceMask(module: AnyModule, name: string, others: readonly number[]): Tensor | undefined {
  const before = maskOf(module, name);
  return before && fusedReduce(sizeOf, [before], { dim: others, op: "max" });
}

/**
 * Prunes random slices of a parameter along a dimension.
 *
 * @param module - the module that has the parameter.
 * @param name - of the parameter.
 * @param amount - a share between 0 and 1, or a number of slices; of those that are not pruned yet.
 * @param dim - the dimension; negative numbers count from the last one.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter or dimension, or for an amount that is wrong.
 *
 * @example
 * ```ts
 * const layer = utils.prune.randomStructured(new Linear(4, 3), "weight", 2, 1);
 * layer.weight.eq(0).sum().item(); // → 6
 * ```
 *
 * Source: torch.nn.utils.utils.prune.random_structured.
 */
export function randomStructured<M extends AnyModule>(module: M, name: string, amount: PruningAmount, dim: number): M {
  const { backend } = originalOf("randomStructured", module, name);
  pruneSlices("randomStructured", module, name, amount, dim, (slices) => rand([slices], { backend }));
  return module;
}

/**
 * Prunes the slices of a parameter along a dimension whose norms are smallest.
 *
 * @param module - the module that has the parameter.
 * @param name - of the parameter.
 * @param amount - a share between 0 and 1, or a number of slices; of those that are not pruned yet.
 * @param n - the degree of the norm.
 * @param dim - the dimension; negative numbers count from the last one.
 * @param options - `importanceScores` (default null): what the norms are taken of.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter or dimension, for an amount that is wrong, or an unknown option.
 *
 * @example
 * ```ts
 * const layer = Object.assign(new Linear(2, 2), { weight: new Parameter([[1, 2], [0.5, 3]]) });
 * utils.prune.lnStructured(layer, "weight", 1, 2, 0);
 * layer.weight.detach(); // → Tensor([[0, 0], [0.5, 3]])
 * ```
 *
 * Source: torch.nn.utils.prune.ln_structured.
 */
export function lnStructured<M extends AnyModule>(
  module: M,
  name: string,
  amount: PruningAmount,
  n: number,
  dim: number,
  options?: ScoreOptions,
): M {
  checkOptions("lnStructured", options, { importanceScores: true });
  assertNumber("lnStructured", "n", n);
  const scores = scoresOf("lnStructured", module, name, options?.importanceScores);
  pruneSlices("lnStructured", module, name, amount, dim, (_, __, others) =>
    // The root does not change the order.
    n === Infinity
      ? fusedReduce(sizeOf, [scores], { dim: others, op: "max" })
      : fusedReduce(powerOf, [scores, n], { dim: others }),
  );
  return module;
}

/** Options of `globalUnstructured`. */
export interface GlobalOptions {
  /** Which elements are pruned: those that are smallest in size ("l1", the default), or random ones. */
  readonly method?: "l1" | "random";
}

/**
 * Prunes elements of several parameters as if they were one vector.
 *
 * @param parameters - pairs of a module and the name of its parameter.
 * @param amount - a share between 0 and 1, or a number of elements; of those that are not pruned yet.
 * @param options - `method` (default "l1"): "l1" prunes the smallest elements, "random" random ones.
 * @throws ArgumentError if there is no such parameter, for an amount that is wrong, or an unknown option.
 *
 * @example
 * ```ts
 * const [a, b] = [new Linear(2, 2), new Linear(2, 2)];
 * utils.prune.globalUnstructured([[a, "weight"], [b, "weight"]], 5);
 * a.weight.eq(0).sum().add(b.weight.eq(0).sum()).item(); // → 5
 * ```
 *
 * Source: torch.nn.utils.utils.prune.global_unstructured.
 */
export function globalUnstructured(
  parameters: readonly (readonly [module: AnyModule, name: string])[],
  amount: PruningAmount,
  options?: GlobalOptions,
): void {
  const operation = "globalUnstructured";
  checkOptions(operation, options, { method: true });
  const { method = "l1" } = options ?? {};
  assertChoice(operation, "method", method, ["l1", "random"]);
  const given: unknown = parameters;
  if (!Array.isArray(given) || given.length === 0 || !given.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new ArgumentError(operation, `the parameters are ${describeValue(given)}`, {
      rule: "they are a list of pairs: [module, name]",
    });
  }
  const originals = parameters.map(([module, name]) => originalOf(operation, module, name));
  const masks = noGrad(() =>
    owned(() => {
      const flat = (x: Tensor): Tensor => reshape(x, [x.numel()]);
      const scores = cat(
        originals.map((original) =>
          method === "l1" ? sizeOf(flat(original.detach())) : rand([original.numel()], { backend: original.backend }),
        ),
      );
      const before = cat(
        parameters.map(([module, name], i) => {
          const { dtype, backend } = scores;
          return flat(maskOf(module, name) ?? ones(originals[i]!.shape, { dtype, backend }));
        }),
      );
      const mask = maskFor(operation, scores, before, amount);
      let start = 0;
      return originals.map((original) => {
        const part = narrow(mask, 0, start, original.numel());
        start += original.numel();
        return reshape(part, original.shape);
      });
    }),
  );
  for (const [i, [module, name]] of parameters.entries()) applyMask(operation, module, name, masks[i]!);
}
