/**
 * The layers of a Transformer.
 *
 * @module
 */
import { type Backend, checkOptions, type DType, type OptionNames } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { add, relu, type Tensor } from "@lucid/tensor/functions";
import { gelu } from "../../functional/activation/gelu.js";
import { assertFactor, assertFlag, assertFloatingTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Dropout } from "../dropout/dropout.js";
import { Linear } from "../linear/linear.js";
import { LayerNorm } from "../normalization/layer-norm.js";
import { assertActivation, MultiheadAttention, type MultiheadAttentionCallOptions } from "./multihead.js";

/** Options of {@link TransformerEncoderLayer} and {@link TransformerDecoderLayer}. */
export interface TransformerLayerOptions {
  /** The number of features between the two linear layers; default 2048. */
  readonly dimFeedforward?: number;
  /** The probability with which elements become 0 in training; default 0.1. */
  readonly dropout?: number;
  /** The function between the two linear layers; default "relu". */
  readonly activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** What the normalizations add to the variance; default 1e-5. */
  readonly layerNormEps?: number;
  /** Whether tensors are `(batch, length, features)` instead of `(length, batch, features)`; default false. */
  readonly batchFirst?: boolean;
  /** Whether the normalizations stand before attention and linear layers instead of behind them; default false. */
  readonly normFirst?: boolean;
  /** Whether linear layers and normalizations have biases; default true. */
  readonly bias?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

const OPTIONS: OptionNames<TransformerLayerOptions> = {
  dimFeedforward: true,
  dropout: true,
  activation: true,
  layerNormEps: true,
  batchFirst: true,
  normFirst: true,
  bias: true,
  dtype: true,
  backend: true,
};

/** The options with their defaults, and those of the parts. */
function resolved(name: string, dModel: number, nhead: number, options: TransformerLayerOptions | undefined) {
  checkOptions(name, options, OPTIONS);
  const { dimFeedforward = 2048, dropout = 0.1, activation = "relu", layerNormEps = 1e-5 } = options ?? {};
  const { batchFirst = false, normFirst = false, bias = true, dtype, backend } = options ?? {};
  assertFactor(name, "dModel", dModel);
  assertFactor(name, "nhead", nhead);
  assertFactor(name, "dimFeedforward", dimFeedforward);
  assertActivation(name, activation);
  assertFlag(name, "normFirst", normFirst);
  const place = { bias, ...(dtype !== undefined && { dtype }), ...(backend !== undefined && { backend }) };
  return {
    activation,
    normFirst,
    attention: () => new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...place }),
    widening: () => new Linear(dModel, dimFeedforward, place),
    narrowing: () => new Linear(dimFeedforward, dModel, place),
    norm: () => new LayerNorm(dModel, { eps: layerNormEps, ...place }),
    dropout: () => new Dropout(dropout),
  };
}

function activated(activation: NonNullable<TransformerLayerOptions["activation"]>, x: Tensor): Tensor {
  return activation === "relu" ? relu(x) : activation === "gelu" ? gelu(x) : activation(x);
}

/** Options of a call of {@link TransformerEncoderLayer}. */
export interface TransformerEncoderLayerCallOptions {
  /** The positions that are hidden from each position, as the `attnMask` of {@link MultiheadAttention}. */
  readonly srcMask?: Tensor | null | undefined;
  /** The positions that are hidden, as the `keyPaddingMask` of {@link MultiheadAttention}. */
  readonly srcKeyPaddingMask?: Tensor | null | undefined;
  /** Says that `srcMask` hides the positions behind each position; default false. */
  readonly isCausal?: boolean;
}

/** A layer of a Transformer's encoder: attention of a sequence to itself, and two linear layers. */
export class TransformerEncoderLayer extends LibraryModule<
  [src: Tensor, options?: TransformerEncoderLayerCallOptions]
> {
  static readonly stateNames = { selfAttn: "self_attn" };

  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  /** Whether the normalizations stand before attention and linear layers. */
  readonly normFirst: boolean;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  /** The function between the two linear layers. */
  readonly activation: "relu" | "gelu" | ((x: Tensor) => Tensor);

  /**
   * A layer of a Transformer's encoder: attention of a sequence to itself, and two linear layers, each with a residual
   * connection and a normalization (Vaswani and others 2017).
   *
   *     x = norm1(x + attention(x)), y = norm2(x + linear2(activation(linear1(x))))
   *
   * With `normFirst`: `x = x + attention(norm1(x))`, `y = x + linear2(activation(linear1(norm2(x))))`.
   *
   * Shapes: `(length, batch, dModel) → (length, batch, dModel)`; with `batchFirst` `(batch, length, dModel)`; also
   * without the batch.
   *
   * @param dModel - the number of features.
   * @param nhead - the number of heads, which divides it.
   * @param options - `dimFeedforward` (default 2048); `dropout` (default 0.1); `activation` (default "relu"), "gelu" or a
   * function; `layerNormEps` (default 1e-5); `batchFirst` (default false); `normFirst` (default false); `bias` (default
   * true); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes that do not fit together, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 8, batchFirst: true });
   * layer(zeros([2, 3, 4])).shape; // → [2, 3, 4]
   * ```
   *
   * Source: torch.nn.TransformerEncoderLayer.
   */
  constructor(dModel: number, nhead: number, options?: TransformerLayerOptions) {
    super();
    const parts = resolved("TransformerEncoderLayer", dModel, nhead, options);
    this.selfAttn = parts.attention();
    this.linear1 = parts.widening();
    this.dropout = parts.dropout();
    this.linear2 = parts.narrowing();
    this.normFirst = parts.normFirst;
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.dropout1 = parts.dropout();
    this.dropout2 = parts.dropout();
    this.activation = parts.activation;
  }

  forward(src: Tensor, options?: TransformerEncoderLayerCallOptions): Tensor {
    const name = "TransformerEncoderLayer";
    checkOptions(name, options, { srcMask: true, srcKeyPaddingMask: true, isCausal: true });
    const { srcMask, srcKeyPaddingMask, isCausal = false } = options ?? {};
    assertFloatingTensor(name, "src", src);
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal, needWeights: false };
    const attend = (x: Tensor): Tensor => this.dropout1(this.selfAttn(x, x, x, masks)[0]);
    const feed = (x: Tensor): Tensor =>
      this.dropout2(this.linear2(this.dropout(activated(this.activation, this.linear1(x)))));
    return owned(() => {
      if (this.normFirst) {
        const x = add(src, attend(this.norm1(src)));
        return add(x, feed(this.norm2(x)));
      }
      const x = this.norm1(add(src, attend(src)));
      return this.norm2(add(x, feed(x)));
    });
  }
}

/** Options of a call of {@link TransformerDecoderLayer}. */
export interface TransformerDecoderLayerCallOptions {
  /** The positions of the target that are hidden from each of its positions. */
  readonly tgtMask?: Tensor | null | undefined;
  /** The positions of the memory that are hidden from each position of the target. */
  readonly memoryMask?: Tensor | null | undefined;
  /** The positions of the target that are hidden. */
  readonly tgtKeyPaddingMask?: Tensor | null | undefined;
  /** The positions of the memory that are hidden. */
  readonly memoryKeyPaddingMask?: Tensor | null | undefined;
  /** Says that `tgtMask` hides the positions behind each position; default false. */
  readonly tgtIsCausal?: boolean;
  /** Says that `memoryMask` hides the positions behind each position; default false. */
  readonly memoryIsCausal?: boolean;
}

/** A layer of a Transformer's decoder: attention of a sequence to itself and to a memory, and two linear layers. */
export class TransformerDecoderLayer extends LibraryModule<
  [tgt: Tensor, memory: Tensor, options?: TransformerDecoderLayerCallOptions]
> {
  static readonly stateNames = { selfAttn: "self_attn", multiheadAttn: "multihead_attn" };

  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  /** Whether the normalizations stand before attention and linear layers. */
  readonly normFirst: boolean;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  /** The function between the two linear layers. */
  readonly activation: "relu" | "gelu" | ((x: Tensor) => Tensor);

  /**
   * A layer of a Transformer's decoder: attention of a sequence to itself and to a memory, which an encoder computed, and
   * two linear layers, each with a residual connection and a normalization (Vaswani and others 2017).
   *
   *     x = norm1(x + attention(x)), x = norm2(x + attention(x, memory)),
   *     y = norm3(x + linear2(activation(linear1(x))))
   *
   * With `normFirst`, the normalizations stand before attention and linear layers.
   *
   * Shapes: `(L, batch, dModel), (S, batch, dModel) → (L, batch, dModel)`; with `batchFirst` `(batch, L, dModel)` and so
   * on; also without the batch.
   *
   * @param dModel - the number of features.
   * @param nhead - the number of heads, which divides it.
   * @param options - as those of {@link TransformerEncoderLayer}.
   * @throws ArgumentError for sizes that do not fit together, a wrong option or an unknown one.
   *
   * @example
   * ```ts
   * const layer = new TransformerDecoderLayer(4, 2, { dimFeedforward: 8, batchFirst: true });
   * layer(zeros([2, 3, 4]), zeros([2, 5, 4])).shape; // → [2, 3, 4]
   * ```
   *
   * Source: torch.nn.TransformerDecoderLayer.
   */
  constructor(dModel: number, nhead: number, options?: TransformerLayerOptions) {
    super();
    const parts = resolved("TransformerDecoderLayer", dModel, nhead, options);
    this.selfAttn = parts.attention();
    this.multiheadAttn = parts.attention();
    this.linear1 = parts.widening();
    this.dropout = parts.dropout();
    this.linear2 = parts.narrowing();
    this.normFirst = parts.normFirst;
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.norm3 = parts.norm();
    this.dropout1 = parts.dropout();
    this.dropout2 = parts.dropout();
    this.dropout3 = parts.dropout();
    this.activation = parts.activation;
  }

  forward(tgt: Tensor, memory: Tensor, options?: TransformerDecoderLayerCallOptions): Tensor {
    const name = "TransformerDecoderLayer";
    checkOptions(name, options, {
      tgtMask: true,
      memoryMask: true,
      tgtKeyPaddingMask: true,
      memoryKeyPaddingMask: true,
      tgtIsCausal: true,
      memoryIsCausal: true,
    });
    assertFloatingTensor(name, "tgt", tgt);
    assertFloatingTensor(name, "memory", memory);
    const { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask } = options ?? {};
    const { tgtIsCausal = false, memoryIsCausal = false } = options ?? {};
    const masks = (
      attnMask: Tensor | null | undefined,
      keyPaddingMask: Tensor | null | undefined,
      isCausal: boolean,
    ): MultiheadAttentionCallOptions => ({ attnMask, keyPaddingMask, isCausal, needWeights: false });
    const own = masks(tgtMask, tgtKeyPaddingMask, tgtIsCausal);
    const others = masks(memoryMask, memoryKeyPaddingMask, memoryIsCausal);
    const attend = (x: Tensor): Tensor => this.dropout1(this.selfAttn(x, x, x, own)[0]);
    const recall = (x: Tensor): Tensor => this.dropout2(this.multiheadAttn(x, memory, memory, others)[0]);
    const feed = (x: Tensor): Tensor =>
      this.dropout3(this.linear2(this.dropout(activated(this.activation, this.linear1(x)))));
    return owned(() => {
      if (this.normFirst) {
        const x = add(tgt, attend(this.norm1(tgt)));
        const y = add(x, recall(this.norm2(x)));
        return add(y, feed(this.norm3(y)));
      }
      const x = this.norm1(add(tgt, attend(tgt)));
      const y = this.norm2(add(x, recall(x)));
      return this.norm3(add(y, feed(y)));
    });
  }
}
