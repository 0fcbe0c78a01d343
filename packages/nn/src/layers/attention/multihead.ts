/**
 * Attention with several heads as a layer.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  checkOptions,
  type DType,
  DTypeError,
  describeValue,
  equalShapes,
  formatShape,
  ShapeError,
} from "@lucid/backend";
import { op, owned } from "@lucid/tensor/extend";
import {
  add,
  cat,
  type Elementwise,
  elementwise,
  empty,
  expand,
  type Formula,
  linear,
  logicalNot,
  matmul,
  mean,
  narrow,
  reshape,
  softmax,
  squeeze,
  type Tensor,
  transpose,
  unsqueeze,
  zeros,
} from "@lucid/tensor/functions";
import { scaledDotProductAttention } from "../../functional/attention.js";
import { dropout } from "../../functional/dropout.js";
import { additiveMask } from "../../functional/internal/mask.js";
import { xavierNormal_, xavierUniform_, zeros_ } from "../../init/index.js";
import { assertFactor, assertFlag, assertFloatingTensor, assertFraction, assertTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";
import { Linear } from "../linear/linear.js";

/** Options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** The probability with which a weight becomes 0 in training; default 0. */
  readonly dropout?: number;
  /** Whether the projections have biases; default true. */
  readonly bias?: boolean;
  /** Whether a learned key and value follow the given ones; default false. */
  readonly addBiasKv?: boolean;
  /** Whether a key and a value of zeros follow the given ones; default false. */
  readonly addZeroAttn?: boolean;
  /** The number of features of the keys; null (the default) means `embedDim`. */
  readonly kdim?: number | null;
  /** The number of features of the values; null (the default) means `embedDim`. */
  readonly vdim?: number | null;
  /** Whether tensors are `(batch, length, features)` instead of `(length, batch, features)`; default false. */
  readonly batchFirst?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** Options of a call of {@link MultiheadAttention}. */
export interface MultiheadAttentionCallOptions {
  /** The keys that are hidden, `(batch, S)`: true for hidden ones, or numbers that are added to the scores. */
  readonly keyPaddingMask?: Tensor | null | undefined;
  /** Whether the weights are returned; default true. Without them, attention is one operation. */
  readonly needWeights?: boolean;
  /**
   * The keys that are hidden from each query, `(L, S)` or `(batch · heads, L, S)`: true for hidden ones, or numbers that
   * are added to the scores.
   */
  readonly attnMask?: Tensor | null | undefined;
  /** Whether the weights are the mean over the heads; default true. */
  readonly averageAttnWeights?: boolean;
  /** Says that `attnMask` hides the keys behind the position of each query, which is faster; default false. */
  readonly isCausal?: boolean;
}

const name = "MultiheadAttention";

const scaledScores: Elementwise<[scores: Formula, scale: Formula]> = /* @__PURE__ */ elementwise(
  (scores: Formula, scale: Formula) => op("mul", scores, scale),
  { name },
);

/** Attention with several heads, each of which sees its own projections of queries, keys and values. */
export class MultiheadAttention extends LibraryModule<
  [query: Tensor, key: Tensor, value: Tensor, options?: MultiheadAttentionCallOptions],
  readonly [output: Tensor, weights: Tensor | null]
> {
  static readonly stateNames = {
    inProjWeight: "in_proj_weight",
    qProjWeight: "q_proj_weight",
    kProjWeight: "k_proj_weight",
    vProjWeight: "v_proj_weight",
    inProjBias: "in_proj_bias",
    outProj: "out_proj",
    biasK: "bias_k",
    biasV: "bias_v",
  };

  /** The number of features of queries and output. */
  readonly embedDim: number;
  /** The number of heads. */
  readonly numHeads: number;
  /** The probability with which a weight becomes 0 in training. */
  readonly dropout: number;
  /** Whether tensors are `(batch, length, features)`. */
  readonly batchFirst: boolean;
  /** Whether a key and a value of zeros follow the given ones. */
  readonly addZeroAttn: boolean;
  /** The number of features of the keys. */
  readonly kdim: number;
  /** The number of features of the values. */
  readonly vdim: number;
  /** The projections of queries, keys and values, one below another; null if keys or values have other features. */
  inProjWeight: Parameter | null;
  /** The projection of the queries, or null. */
  qProjWeight: Parameter | null;
  /** The projection of the keys, or null. */
  kProjWeight: Parameter | null;
  /** The projection of the values, or null. */
  vProjWeight: Parameter | null;
  /** The biases of the projections, or null for none. */
  inProjBias: Parameter | null;
  /** The projection of the joined heads. */
  readonly outProj: Linear;
  /** The key that follows the given ones, or null for none. */
  biasK: Parameter | null;
  /** The value that follows the given ones, or null for none. */
  biasV: Parameter | null;

  /**
   * Attention with several heads, each of which sees its own projections of queries, keys and values (Vaswani and others
   * 2017).
   *
   *     head = softmax(Q Kᵀ / √d + mask) V, with projections Q, K, V of d = embedDim / numHeads features
   *     y = outProj(all heads joined)
   *
   * Shapes: `(L, batch, embedDim), (S, batch, kdim), (S, batch, vdim) → [(L, batch, embedDim), (batch, L, S)]`; with
   * `batchFirst` `(batch, L, embedDim)` and so on; also without the batch. With `averageAttnWeights: false` the weights
   * are `(batch, numHeads, L, S)`, and with `needWeights: false` null.
   *
   * @param embedDim - the number of features, a multiple of the number of heads.
   * @param numHeads - the number of heads.
   * @param options - `dropout` (default 0); `bias` (default true); `addBiasKv` (default false): whether a learned key and
   * value follow the given ones; `addZeroAttn` (default false): whether zeros do; `kdim` and `vdim` (default null, which
   * means `embedDim`): the features of keys and values; `batchFirst` (default false); `dtype` (default float32) of the
   * parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that do not fit together, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new MultiheadAttention(4, 2, { batchFirst: true });
   * const x = zeros([2, 3, 4]);
   * const [output, weights] = layer(x, x, x);
   * [output.shape, weights?.shape]; // → [[2, 3, 4], [2, 3, 3]]
   * ```
   *
   * Source: torch.nn.MultiheadAttention.
   */
  constructor(embedDim: number, numHeads: number, options?: MultiheadAttentionOptions) {
    super();
    checkOptions(name, options, {
      dropout: true,
      bias: true,
      addBiasKv: true,
      addZeroAttn: true,
      kdim: true,
      vdim: true,
      batchFirst: true,
      dtype: true,
      backend: true,
    });
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false, kdim, vdim, ...rest } = options ?? {};
    const { batchFirst = false, ...place } = rest;
    assertFactor(name, "embedDim", embedDim);
    assertFactor(name, "numHeads", numHeads);
    if (embedDim % numHeads !== 0) {
      throw new ArgumentError(name, `embedDim is ${embedDim}, numHeads ${numHeads}`, {
        rule: "numHeads divides embedDim",
      });
    }
    assertFraction(name, "dropout", dropout);
    for (const [flag, value] of Object.entries({ bias, addBiasKv, addZeroAttn, batchFirst })) {
      assertFlag(name, flag, value);
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    this.kdim = kdim ?? embedDim;
    this.vdim = vdim ?? embedDim;
    assertFactor(name, "kdim", this.kdim);
    assertFactor(name, "vdim", this.vdim);
    const made = (...shape: readonly number[]): Parameter => new Parameter(empty(shape, place));
    const isSame = this.kdim === embedDim && this.vdim === embedDim;
    this.inProjWeight = isSame ? made(3 * embedDim, embedDim) : null;
    this.qProjWeight = isSame ? null : made(embedDim, embedDim);
    this.kProjWeight = isSame ? null : made(embedDim, this.kdim);
    this.vProjWeight = isSame ? null : made(embedDim, this.vdim);
    this.inProjBias = bias ? made(3 * embedDim) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias, ...place });
    this.biasK = addBiasKv ? made(1, 1, embedDim) : null;
    this.biasV = addBiasKv ? made(1, 1, embedDim) : null;
    this.resetParameters();
  }

  /** Draws the projections anew, and sets the biases of the projections to 0. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) {
      if (weight !== null) xavierUniform_(weight);
    }
    if (this.inProjBias !== null) {
      zeros_(this.inProjBias);
      zeros_(this.outProj.bias!);
    }
    if (this.biasK !== null) xavierNormal_(this.biasK);
    if (this.biasV !== null) xavierNormal_(this.biasV);
  }

  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: MultiheadAttentionCallOptions,
  ): readonly [output: Tensor, weights: Tensor | null] {
    checkOptions(name, options, {
      keyPaddingMask: true,
      needWeights: true,
      attnMask: true,
      averageAttnWeights: true,
      isCausal: true,
    });
    const { needWeights = true, averageAttnWeights = true, isCausal = false } = options ?? {};
    const [attnMask, keyPaddingMask] = [options?.attnMask ?? null, options?.keyPaddingMask ?? null];
    for (const [flag, given] of Object.entries({ needWeights, averageAttnWeights, isCausal })) {
      assertFlag(name, flag, given);
    }
    if (isCausal && attnMask === null) {
      throw new ArgumentError(name, "isCausal is true, and there is no attnMask", {
        rule: "isCausal says what the mask is",
        remedy: "pass the mask, too",
      });
    }
    assertOperands(this, query, key, value);
    return owned(() => {
      const isBatched = query.ndim === 3;
      // Everything is (batch, length, features) from here on.
      const batchedFirst = (x: Tensor): Tensor =>
        isBatched ? (this.batchFirst ? x : transpose(x, 0, 1)) : unsqueeze(x, 0);
      let [q, k, v] = projections(this, query, key, value).map(batchedFirst) as [Tensor, Tensor, Tensor];
      const [batch, length] = q.shape as readonly [number, number];
      const keys = k.shape[1]!;
      let mask = maskOf(this, attnMask, keyPaddingMask, q, keys, isBatched);
      const more = (this.biasK === null ? 0 : 1) + (this.addZeroAttn ? 1 : 0);
      if (this.biasK !== null) {
        k = cat([k, expand(this.biasK, [batch, 1, this.embedDim])], 1);
        v = cat([v, expand(this.biasV!, [batch, 1, this.embedDim])], 1);
      }
      if (this.addZeroAttn) {
        const none = zeros([batch, 1, this.embedDim], { dtype: q.dtype, backend: q.backend });
        [k, v] = [cat([k, none], 1), cat([v, none], 1)];
      }
      if (mask !== undefined && more > 0) {
        const seen = zeros([...mask.shape.slice(0, -1), more], { dtype: q.dtype, backend: q.backend });
        mask = cat([mask, seen], -1);
      }
      const heads = (x: Tensor): Tensor =>
        transpose(reshape(x, [batch, x.shape[1]!, this.numHeads, this.embedDim / this.numHeads]), 1, 2);
      const probability = this.training ? this.dropout : 0;
      let attended: Tensor;
      let weights: Tensor | null = null;
      if (needWeights) {
        const scale = Math.sqrt(this.numHeads / this.embedDim);
        const products = scaledScores(matmul(heads(q), transpose(heads(k), -2, -1)), scale);
        const all = softmax(mask === undefined ? products : add(products, mask), -1);
        const kept = probability > 0 ? dropout(all, probability, true) : all;
        attended = matmul(kept, heads(v));
        const shown = averageAttnWeights ? mean(kept, 1) : kept;
        weights = isBatched ? shown : squeeze(shown, 0);
      } else {
        const isPlain = isCausal && keyPaddingMask === null && more === 0;
        const hidden = isPlain ? { isCausal } : { attnMask: mask };
        attended = scaledDotProductAttention(heads(q), heads(k), heads(v), { ...hidden, dropoutP: probability });
      }
      const joined = reshape(transpose(attended, 1, 2), [batch, length, this.embedDim]);
      const output = this.outProj(
        isBatched ? (this.batchFirst ? joined : transpose(joined, 0, 1)) : squeeze(joined, 0),
      );
      return [output, weights];
    });
  }
}

/** The projections of queries, keys and values. Those of the same tensor are one product. */
function projections(layer: MultiheadAttention, query: Tensor, key: Tensor, value: Tensor): readonly Tensor[] {
  const { inProjWeight, inProjBias, embedDim } = layer;
  const biasOf = (i: number, count = 1): Tensor | null =>
    inProjBias === null ? null : narrow(inProjBias, 0, i * embedDim, count * embedDim);
  const parts = (x: Tensor, count: number): readonly Tensor[] =>
    Array.from({ length: count }, (_, i) => narrow(x, -1, i * embedDim, embedDim));
  if (inProjWeight === null) {
    const weights = [layer.qProjWeight!, layer.kProjWeight!, layer.vProjWeight!];
    return [query, key, value].map((x, i) => linear(x, weights[i]!, biasOf(i)));
  }
  if (query === key && key === value) return parts(linear(query, inProjWeight, inProjBias), 3);
  const weightOf = (i: number, count = 1): Tensor => narrow(inProjWeight, 0, i * embedDim, count * embedDim);
  const q = linear(query, weightOf(0), biasOf(0));
  if (key === value) return [q, ...parts(linear(key, weightOf(1, 2), biasOf(1, 2)), 2)];
  return [q, linear(key, weightOf(1), biasOf(1)), linear(value, weightOf(2), biasOf(2))];
}

/** Both masks as numbers that are added to the scores, `(batch or 1, heads or 1, L or 1, S)`; undefined for none. */
function maskOf(
  layer: MultiheadAttention,
  attnMask: Tensor | null,
  keyPaddingMask: Tensor | null,
  query: Tensor,
  keys: number,
  isBatched: boolean,
): Tensor | undefined {
  const [batch, length] = query.shape as readonly [number, number];
  const masks: Tensor[] = [];
  if (attnMask !== null) {
    const all = [batch * layer.numHeads, length, keys];
    const isShared = attnMask.ndim === 2;
    assertMask("attnMask", attnMask, isShared ? all.slice(1) : all, query);
    const numbers = hiding(attnMask, query);
    masks.push(reshape(numbers, isShared ? [1, 1, length, keys] : [batch, layer.numHeads, length, keys]));
  }
  if (keyPaddingMask !== null) {
    assertMask("keyPaddingMask", keyPaddingMask, isBatched ? [batch, keys] : [keys], query);
    masks.push(reshape(hiding(keyPaddingMask, query), [batch, 1, 1, keys]));
  }
  return masks.length === 2 ? add(masks[0]!, masks[1]!) : masks[0];
}

/** @throws unless a mask has a shape, and holds truth values or numbers of the query's type. */
function assertMask(what: string, mask: Tensor, expected: readonly number[], { dtype }: Tensor): void {
  assertTensor(name, what, mask);
  if (!equalShapes(mask.shape, expected)) {
    throw new ShapeError(name, `${what} is ${formatShape(mask.shape)}`, [mask.shape, expected], {
      rule: `it is ${formatShape(expected)}`,
    });
  }
  if (mask.dtype === "bool" || mask.dtype === dtype) return;
  throw new DTypeError(name, `${what} is ${mask.dtype}, the query ${dtype}`, [mask.dtype, dtype], {
    rule: "a mask holds truth values, or numbers of the query's type",
  });
}

/** @throws unless query, key and value are tensors whose shapes fit together. */
function assertOperands(layer: MultiheadAttention, query: Tensor, key: Tensor, value: Tensor): void {
  const operands = { query, key, value };
  for (const [what, x] of Object.entries(operands)) assertFloatingTensor(name, what, x);
  const { embedDim, kdim, vdim, batchFirst } = layer;
  const [b, t] = batchFirst ? [0, 1] : [1, 0];
  const isBatched = query.ndim === 3;
  const isRight =
    (isBatched || query.ndim === 2) &&
    key.ndim === query.ndim &&
    value.ndim === query.ndim &&
    equalShapes([query.shape.at(-1)!, key.shape.at(-1)!, value.shape.at(-1)!], [embedDim, kdim, vdim]) &&
    (!isBatched || (query.shape[b] === key.shape[b] && key.shape[b] === value.shape[b])) &&
    key.shape[isBatched ? t! : 0] === value.shape[isBatched ? t! : 0];
  if (isRight) return;
  const shapes = [query.shape, key.shape, value.shape];
  const order = batchFirst ? ["batch, L", "batch, S"] : ["L, batch", "S, batch"];
  throw new ShapeError(name, `query, key and value are ${shapes.map(formatShape).join(" · ")}`, shapes, {
    rule: `they are (${order[0]}, ${embedDim}), (${order[1]}, ${kdim}) and (${order[1]}, ${vdim}), or all without the batch`,
  });
}

/** A mask whose truth values say what is hidden, as numbers that are added to the scores. */
function hiding(mask: Tensor, like: Tensor): Tensor {
  return mask.dtype === "bool" ? additiveMask(logicalNot(mask), like) : mask;
}

/** @throws ArgumentError unless a value is an activation. */
export function assertActivation(operation: string, value: unknown): void {
  if (value === "relu" || value === "gelu" || typeof value === "function") return;
  throw new ArgumentError(operation, `activation is ${describeValue(value)}`, {
    rule: 'activation is "relu", "gelu" or a function of a tensor',
  });
}
