/**
 * Layers that change the shape alone.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import { flatten, type Tensor, unflatten } from "@lucid/tensor/functions";
import { assertInteger } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/** Options of {@link Flatten}. */
export interface FlattenOptions {
  /** The first of the joined dimensions; default 1. Negative numbers count from the last one. */
  readonly startDim?: number;
  /** The last of the joined dimensions; default −1. Negative numbers count from the last one. */
  readonly endDim?: number;
}

/** Joins the dimensions from `startDim` to `endDim` into one. */
export class Flatten extends LibraryModule {
  /** The first of the joined dimensions; negative numbers count from the last one. */
  readonly startDim: number;
  /** The last of the joined dimensions; negative numbers count from the last one. */
  readonly endDim: number;

  /**
   * Joins the dimensions from `startDim` to `endDim` into one.
   *
   * Shapes: `(batch, …) → (batch, features)` by default.
   *
   * @param startDim - the first of the joined dimensions, by position or in the options; default 1.
   * @param endDim - the last of the joined dimensions, by position or in the options; default −1.
   * @throws ArgumentError unless both are integers.
   *
   * @example
   * ```ts
   * new Flatten()(zeros([2, 3, 4])).shape; // → [2, 12]
   * new Flatten({ startDim: 0 })(zeros([2, 3, 4])).shape; // → [24]
   * ```
   *
   * Source: torch.nn.Flatten.
   */
  constructor(startDim?: number | FlattenOptions, endDim?: number | FlattenOptions) {
    super();
    const given = readArguments<FlattenOptions>("Flatten", [startDim, endDim], ["startDim", "endDim"], {
      startDim: true,
      endDim: true,
    });
    this.startDim = given.startDim ?? 1;
    this.endDim = given.endDim ?? -1;
    assertInteger("Flatten", "startDim", this.startDim);
    assertInteger("Flatten", "endDim", this.endDim);
  }

  forward(input: Tensor): Tensor {
    return flatten(input, this.startDim, this.endDim);
  }
}

/** Splits a dimension into several. It undoes {@link Flatten}. */
export class Unflatten extends LibraryModule {
  /** The dimension that is split; negative numbers count from the last one. */
  readonly dim: number;
  /** The sizes of the new dimensions. */
  readonly unflattenedSize: readonly number[];

  /**
   * Splits a dimension into several. It undoes {@link Flatten}.
   *
   * Shapes: `(…, n, …) → (…, unflattenedSize, …)`, whose product is n.
   *
   * @param dim - the dimension; negative numbers count from the last one.
   * @param unflattenedSize - the sizes of the new dimensions; one of them may be −1.
   * @throws ArgumentError unless `dim` is an integer and `unflattenedSize` a list of integers.
   *
   * @example
   * ```ts
   * new Unflatten(1, [3, 4])(zeros([2, 12])).shape; // → [2, 3, 4]
   * ```
   *
   * Source: torch.nn.Unflatten.
   */
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    assertInteger("Unflatten", "dim", dim);
    const sizes: unknown = unflattenedSize;
    if (!Array.isArray(sizes) || ![...sizes].every(Number.isInteger)) {
      throw new ArgumentError("Unflatten", `unflattenedSize is ${describeValue(sizes)}`, {
        rule: "it is a list of sizes",
      });
    }
    this.dim = dim;
    this.unflattenedSize = [...unflattenedSize];
  }

  forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }
}
