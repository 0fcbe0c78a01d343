/**
 * Vectors for words and other things that are numbered, as layers.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { type Backend, checkOptions, type DType, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { empty, select, type Tensor } from "@lucid/tensor/functions";
import { type BagMode, embedding, embeddingBag } from "../../functional/embedding.js";
import { assertMaxNorm, assertTable, paddingRow } from "../../functional/internal/lookup.js";
import { normal_, zeros_ } from "../../init/index.js";
import { assertChoice, assertCount, assertFlag } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

export type { BagMode };

/** Options of {@link Embedding}. */
export interface EmbeddingOptions {
  /** The row that begins with zeros and is not trained; negative numbers count from the last row; default null, none. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and longer than this are shortened in place; null (the default) means none. */
  readonly maxNorm?: number | null;
  /** The degree of the norm for `maxNorm`; default 2. */
  readonly normType?: number;
  /** Whether the gradient of a row is divided by how often the row occurs in the input; default false. */
  readonly scaleGradByFreq?: boolean;
  /** The table to begin with, whose memory is shared; null (the default) means random numbers. */
  readonly weight?: Tensor | null;
  /** The type of the table; default float32. */
  readonly dtype?: DType;
  /** Where the table is stored; by default on the default backend. */
  readonly backend?: Backend;
}

const NAMES = {
  paddingIdx: true,
  maxNorm: true,
  normType: true,
  scaleGradByFreq: true,
  weight: true,
  dtype: true,
  backend: true,
} as const;

/** What the layers with a table have in common. */
abstract class Table<Args extends readonly unknown[] = [input: Tensor]> extends LibraryModule<Args> {
  /** The number of rows. */
  readonly numEmbeddings: number;
  /** The size of a row. */
  readonly embeddingDim: number;
  /** The row that is not trained, or null for none. */
  readonly paddingIdx: number | null;
  /** The length to which rows are shortened, or null for none. */
  readonly maxNorm: number | null;
  /** The degree of the norm for `maxNorm`. */
  readonly normType: number;
  /** Whether the gradient of a row is divided by how often the row occurs in the input. */
  readonly scaleGradByFreq: boolean;
  /** The table, `(numEmbeddings, embeddingDim)`. */
  weight: Parameter;

  protected constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions) {
    super();
    const { name } = this.constructor;
    assertCount(name, "numEmbeddings", numEmbeddings);
    assertCount(name, "embeddingDim", embeddingDim);
    const { paddingIdx, maxNorm = null, normType = 2, scaleGradByFreq = false, weight = null, ...place } = options;
    assertMaxNorm(name, maxNorm, normType);
    assertFlag(name, "scaleGradByFreq", scaleGradByFreq);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingRow(name, paddingIdx, numEmbeddings) ?? null;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    if (weight !== null) this.weight = new Parameter(checkedTable(name, weight, numEmbeddings, embeddingDim));
    else {
      this.weight = new Parameter(empty([numEmbeddings, embeddingDim], place));
      this.resetParameters();
    }
  }

  /** Draws the table anew. The row of the padding becomes zeros. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx, weight } = this;
    if (paddingIdx !== null) noGrad(() => zeros_(select(weight, 0, paddingIdx)));
  }
}

/** @throws unless the table has the sizes of the layer. */
function checkedTable(operation: string, table: Tensor, rows: number, columns: number): Tensor {
  assertTable(operation, table);
  if (equalShapes(table.shape, [rows, columns])) return table;
  throw new ShapeError(operation, `the weight is ${formatShape(table.shape)}`, [table.shape], {
    rule: `it has ${rows} rows of ${columns} numbers`,
  });
}

/** Options of `fromPretrained`. */
export interface PretrainedOptions {
  /** Whether the table is not trained; default true. */
  readonly freeze?: boolean;
}

/** Splits the options of `fromPretrained`. */
function pretrained<O extends PretrainedOptions>(
  operation: string,
  table: Tensor,
  options: O | undefined,
): { readonly sizes: readonly [number, number]; readonly freeze: boolean; readonly rest: Omit<O, "freeze"> } {
  assertTable(operation, table);
  const { freeze = true, ...rest } = options ?? ({} as O);
  assertFlag(operation, "freeze", freeze);
  return { sizes: table.shape as readonly [number, number], freeze, rest };
}

/** Looks up vectors by index in a table that is trained. */
export class Embedding extends Table {
  /**
   * Looks up vectors by index in a table that is trained.
   *
   *     y[…] = weight[input[…]]
   *
   * The table `(numEmbeddings, embeddingDim)` begins with normal random numbers. The gradient adds rows at their places.
   *
   * Shapes: `(*) → (*, embeddingDim)`, where `*` is any shape; the input is int32.
   *
   * @param numEmbeddings - the number of rows.
   * @param embeddingDim - the size of a row.
   * @param options - `paddingIdx` (default null): the row that begins with zeros and is not trained; `maxNorm` (default
   * null): the length to which rows that are looked up are shortened; `normType` (default 2) of that length;
   * `scaleGradByFreq` (default false): whether the gradient of a row is divided by how often it occurs in the input;
   * `dtype` (default float32) of the table; `backend` on which it is stored.
   * @throws ArgumentError for sizes that are not integers, 0 or above, a row of padding that does not exist, or an
   * unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * const layer = new Embedding(10, 3, { paddingIdx: 0 });
   * layer(tensor([[1, 2, 4, 5]], { dtype: "int32" })).shape; // → [1, 4, 3]
   * layer(tensor([0], { dtype: "int32" })).detach(); // → Tensor([[0, 0, 0]])
   * ```
   *
   * Source: torch.nn.Embedding.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingOptions) {
    checkOptions("Embedding", options, NAMES);
    super(numEmbeddings, embeddingDim, options ?? {});
  }

  /**
   * Makes a layer of a table that exists. It shares the memory of the table.
   *
   * @param embeddings - the table, `(numEmbeddings, embeddingDim)`.
   * @param options - `freeze` (default true): whether the table is not trained; and those of the constructor.
   * @throws ShapeError unless it is a table of floating-point numbers.
   *
   * @example
   * ```ts
   * const layer = Embedding.fromPretrained(tensor([[1, 2], [3, 4]]));
   * layer(tensor([1], { dtype: "int32" })); // → Tensor([[3, 4]])
   * ```
   *
   * Source: torch.nn.Embedding.from_pretrained.
   */
  static fromPretrained(embeddings: Tensor, options?: EmbeddingOptions & PretrainedOptions): Embedding {
    const { sizes, freeze, rest } = pretrained("Embedding.fromPretrained", embeddings, options);
    const layer = new Embedding(...sizes, { ...rest, weight: embeddings });
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  forward(input: Tensor): Tensor {
    const { weight, paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }
}

/** Options of {@link EmbeddingBag}. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** How the rows of a bag are reduced; default "mean". */
  readonly mode?: BagMode;
  /** Whether the last offset is the end of the last bag; default false. */
  readonly includeLastOffset?: boolean;
}

/** Looks up vectors by index in a table that is trained, and reduces them in bags. */
export class EmbeddingBag extends Table<[input: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null]> {
  /** How the rows of a bag are reduced. */
  readonly mode: BagMode;
  /** Whether the last offset is the end of the last bag. */
  readonly includeLastOffset: boolean;

  /**
   * Looks up vectors by index in a table that is trained, and reduces them in bags.
   *
   *     y[b] = Σ perSampleWeights[i] · weight[input[i]] over the indices i of bag b, or their mean or maximum
   *
   * The table `(numEmbeddings, embeddingDim)` begins with normal random numbers. An empty bag gives zeros.
   *
   * Shapes: `(bags, n) → (bags, embeddingDim)`; with offsets as second argument `(n), (bags) → (bags, embeddingDim)`.
   * Factors for the indices are the third argument; they need the mode "sum".
   *
   * @param numEmbeddings - the number of rows.
   * @param embeddingDim - the size of a row.
   * @param options - `mode` (default "mean"): "sum", "mean" or "max"; `includeLastOffset` (default false): whether the
   * last offset is the end of the last bag; and those of {@link Embedding}.
   * @throws ArgumentError for sizes that are not integers, 0 or above, a row of padding that does not exist, or an
   * unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * const layer = new EmbeddingBag(10, 3, { mode: "sum" });
   * const input = tensor([1, 2, 4, 5, 4, 3, 2, 9], { dtype: "int32" });
   * layer(input, tensor([0, 4], { dtype: "int32" })).shape; // → [2, 3]
   * ```
   *
   * Source: torch.nn.EmbeddingBag.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingBagOptions) {
    checkOptions("EmbeddingBag", options, { ...NAMES, mode: true, includeLastOffset: true });
    const { mode = "mean", includeLastOffset = false, ...rest } = options ?? {};
    assertChoice("EmbeddingBag", "mode", mode, ["sum", "mean", "max"]);
    assertFlag("EmbeddingBag", "includeLastOffset", includeLastOffset);
    super(numEmbeddings, embeddingDim, rest);
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
  }

  /**
   * Makes a layer of a table that exists. It shares the memory of the table.
   *
   * @param embeddings - the table, `(numEmbeddings, embeddingDim)`.
   * @param options - `freeze` (default true): whether the table is not trained; and those of the constructor.
   * @throws ShapeError unless it is a table of floating-point numbers.
   *
   * @example
   * ```ts
   * const layer = EmbeddingBag.fromPretrained(tensor([[1, 2], [3, 4]]));
   * layer(tensor([[0, 1]], { dtype: "int32" })); // → Tensor([[2, 3]])
   * ```
   *
   * Source: torch.nn.EmbeddingBag.from_pretrained.
   */
  static fromPretrained(embeddings: Tensor, options?: EmbeddingBagOptions & PretrainedOptions): EmbeddingBag {
    const { sizes, freeze, rest } = pretrained("EmbeddingBag.fromPretrained", embeddings, options);
    const layer = new EmbeddingBag(...sizes, { ...rest, weight: embeddings });
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { weight, mode, includeLastOffset, paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embeddingBag(input, weight, {
      offsets,
      perSampleWeights,
      mode,
      includeLastOffset,
      paddingIdx,
      maxNorm,
      normType,
      scaleGradByFreq,
    });
  }
}
