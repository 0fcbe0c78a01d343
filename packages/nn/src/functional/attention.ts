/**
 * Attention.
 *
 * @module
 */
import { ArgumentError, checkOptions, DTypeError, formatShape, ShapeError } from "@lucid/backend";
import { callFused, commonShape, fusedAttention, op, owned, reshaped } from "@lucid/tensor/extend";
import {
  add,
  type Elementwise,
  elementwise,
  expand,
  type Formula,
  matmul,
  ones,
  reshape,
  softmax,
  type Tensor,
  transpose,
  tril,
  unsqueeze,
} from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertFraction, assertNumber, assertTensor } from "../internal/checks.js";
import { dropout } from "./dropout.js";
import { additiveMask } from "./internal/mask.js";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /**
   * Which keys each query sees, `(…, L, S)`: true for those that it sees, or numbers that are added to the scores; null
   * (the default) means all.
   */
  readonly attnMask?: Tensor | null | undefined;
  /** The probability with which a weight becomes 0; default 0. */
  readonly dropoutP?: number;
  /** Whether a query sees only the keys up to its own position; default false. */
  readonly isCausal?: boolean;
  /** The factor of the scores; null (the default) means 1 / √E. */
  readonly scale?: number | null;
  /** Whether several heads of the query share a head of key and value; default false. */
  readonly enableGqa?: boolean;
}

const scaledScores: Elementwise<[scores: Formula, scale: Formula]> = /* @__PURE__ */ elementwise(
  (scores: Formula, scale: Formula) => op("mul", scores, scale),
  { name: "scaledDotProductAttention" },
);

/**
 * Attention of queries to keys and values (Vaswani and others 2017). It is one operation, which keeps no weights for the
 * gradient, only the logarithm of the sum of each row.
 *
 *     softmax(scale · query · keyᵀ + mask) · value
 *
 * A query that sees no key gets zeros.
 *
 * Shapes: `(…, L, E), (…, S, E), (…, S, V) → (…, L, V)`; leading dimensions broadcast. With `enableGqa`, the query is
 * `(…, heads, L, E)` with a multiple of the heads of key and value.
 *
 * @param query - what is looked for, of two dimensions at least.
 * @param key - what the queries are compared with.
 * @param value - what is returned for each key.
 * @param options - `attnMask` (default null): truth values, or numbers that are added to the scores; `dropoutP` (default
 * 0): the probability with which a weight becomes 0; `isCausal` (default false): whether a query sees only the keys up
 * to its own position; `scale` (default null, which means 1 / √E); `enableGqa` (default false).
 * @throws ArgumentError for a mask together with `isCausal`, or an unknown option; ShapeError or DTypeError for tensors
 * that do not fit together.
 *
 * @example
 * ```ts
 * const [query, key] = [tensor([[0, 0]]), tensor([[1, 0], [0, 1]])];
 * functional.scaledDotProductAttention(query, key, tensor([[2], [4]])); // → Tensor([[3]])
 * functional.scaledDotProductAttention(query, key, tensor([[2], [4]]), { isCausal: true }); // → Tensor([[2]])
 * ```
 *
 * Source: torch.nn.functional.scaled_dot_product_attention.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions,
): Tensor {
  const name = "scaledDotProductAttention";
  checkOptions(name, options, { attnMask: true, dropoutP: true, isCausal: true, scale: true, enableGqa: true });
  const { dropoutP = 0, isCausal = false, enableGqa = false } = options ?? {};
  const mask = options?.attnMask ?? null;
  assertFraction(name, "dropoutP", dropoutP);
  assertFlag(name, "isCausal", isCausal);
  assertFlag(name, "enableGqa", enableGqa);
  assertOperands(name, query, key, value);
  const scale = options?.scale ?? 1 / Math.sqrt(query.shape.at(-1)!);
  assertNumber(name, "scale", scale);
  if (mask !== null) {
    assertTensor(name, "attnMask", mask);
    if (isCausal) {
      throw new ArgumentError(name, "attnMask and isCausal are given", {
        rule: "the mask says which keys a query sees",
        remedy: "hide the keys behind the query's position in the mask",
      });
    }
    if (mask.dtype !== "bool" && mask.dtype !== query.dtype) {
      throw new DTypeError(name, `the mask is ${mask.dtype}, the query ${query.dtype}`, [mask.dtype, query.dtype], {
        rule: "a mask holds truth values, or numbers of the query's type",
      });
    }
  }
  const groups = enableGqa ? groupsOf(name, query, key) : 1;
  return owned(() => {
    const [q, k, v] = groups === 1 ? [query, key, value] : grouped(query, key, value, groups);
    const ndim = Math.max(q.ndim, k.ndim, v.ndim);
    const padded = (x: Tensor): Tensor =>
      x.ndim === ndim ? x : reshape(x, [...new Array<number>(ndim - x.ndim).fill(1), ...x.shape]);
    const shared = commonShape(name, [padded(k).shape.slice(0, -2), padded(v).shape.slice(0, -2)]);
    const leading = commonShape(name, [padded(q).shape.slice(0, -2), shared]);
    const stretched = (x: Tensor, to: readonly number[]): Tensor => {
      const shape = [...to, ...x.shape.slice(-2)];
      return shape.every((size, i) => size === padded(x).shape[i]) ? padded(x) : expand(padded(x), shape);
    };
    const operands = [stretched(q, leading), stretched(k, shared), stretched(v, shared)] as const;
    const numbers = mask === null ? undefined : maskFor(name, additiveMask(mask, query), ndim, groups, operands);
    const y =
      dropoutP > 0
        ? droppedAttention(operands, numbers, isCausal, scale, dropoutP)
        : callFused(fusedAttention, [...operands, numbers], { causal: isCausal, scale })[0]!;
    return groups === 1 ? y : reshaped(name, y, [...query.shape.slice(0, -1), value.shape.at(-1)!]);
  });
}

/** Attention whose weights are dropped at random, which needs the weights themselves. */
function droppedAttention(
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  mask: Tensor | undefined,
  isCausal: boolean,
  scale: number,
  probability: number,
): Tensor {
  const products = scaledScores(matmul(query, transpose(key, -2, -1)), scale);
  const { backend } = query;
  const hidden = isCausal
    ? additiveMask(tril(ones([query.shape.at(-2)!, key.shape.at(-2)!], { dtype: "bool", backend })), query)
    : mask;
  const weights = softmax(hidden === undefined ? products : add(products, hidden), -1);
  return matmul(dropout(weights, probability, true), value);
}

/** How many heads of the query share a head of key and value. @throws ShapeError unless it is an integer. */
function groupsOf(name: string, query: Tensor, key: Tensor): number {
  const [heads, shared] = [query.shape.at(-3), key.shape.at(-3)];
  if (heads !== undefined && shared !== undefined && shared > 0 && heads % shared === 0) return heads / shared;
  throw new ShapeError(
    name,
    `the query is ${formatShape(query.shape)}, the key ${formatShape(key.shape)}`,
    [query.shape, key.shape],
    {
      rule: "with enableGqa, the query (…, heads, L, E) has a multiple of the heads of the key",
    },
  );
}

/** The heads of the query in groups, beside the heads of key and value that they share. */
function grouped(query: Tensor, key: Tensor, value: Tensor, groups: number): readonly [Tensor, Tensor, Tensor] {
  const { shape } = query;
  const heads = shape.at(-3)! / groups;
  const split = reshape(query, [...shape.slice(0, -3), heads, groups, ...shape.slice(-2)]);
  return [split, unsqueeze(key, -3), unsqueeze(value, -3)];
}

/** The mask with as many dimensions as the operands. @throws ShapeError unless it broadcasts to the scores. */
function maskFor(
  name: string,
  mask: Tensor,
  ndim: number,
  groups: number,
  [query, key]: readonly [Tensor, Tensor, Tensor],
): Tensor {
  let { shape } = mask;
  if (groups > 1 && shape.length > 2) {
    const heads = shape.at(-3)!;
    const split = heads === 1 ? [1, 1] : [heads / groups, groups];
    shape = [...shape.slice(0, -3), ...split, ...shape.slice(-2)];
  }
  const all = [...new Array<number>(Math.max(0, ndim - shape.length)).fill(1), ...shape];
  const scores = [...query.shape.slice(0, -1), key.shape.at(-2)!];
  if (all.length !== ndim || !all.every((size, axis) => size === 1 || size === scores[axis])) {
    throw new ShapeError(name, `the mask is ${formatShape(mask.shape)}`, [mask.shape, scores], {
      rule: `it broadcasts to the scores, ${formatShape(scores)}`,
    });
  }
  return reshape(mask, all);
}

/** @throws unless query, key and value are tensors of one floating type whose last two sizes fit together. */
function assertOperands(name: string, query: Tensor, key: Tensor, value: Tensor): void {
  assertFloatingTensor(name, "query", query);
  assertTensor(name, "key", key);
  assertTensor(name, "value", value);
  const operands = [query, key, value];
  const shapes = operands.map(({ shape }) => shape);
  if (
    shapes.some((shape) => shape.length < 2) ||
    query.shape.at(-1) !== key.shape.at(-1) ||
    key.shape.at(-2) !== value.shape.at(-2)
  ) {
    throw new ShapeError(name, `the operands are ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "query, key and value are (…, L, E), (…, S, E) and (…, S, V)",
    });
  }
  for (const { dtype } of operands) {
    if (dtype === query.dtype) continue;
    throw new DTypeError(name, `the operands are ${operands.map((x) => x.dtype).join(", ")}`, [query.dtype, dtype], {
      rule: "all have one type",
    });
  }
}
