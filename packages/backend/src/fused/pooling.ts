/**
 * The largest elements of windows, with their positions.
 *
 * @module
 */
import { DTypeError, formatShape, ShapeError } from "../errors.js";
import { assertFloating } from "./checks.js";
import type { FusedOperation } from "./operation.js";
import { assertWindows, type Windows, windowsOf } from "./windows.js";

/** How the windows of a pooling lie in its input, and their sizes. */
export type MaxPoolAttributes = Windows & { readonly kernel: readonly number[] };

/**
 * The largest element of each window: `(batch, channels, …space) → (batch, channels, …windows)`. There are two outputs,
 * the elements and their int32 positions, which count the elements of the space in row-major order. The padding is never
 * chosen. Of equal elements the first is chosen; NaN counts as larger than every number, and of several the last is
 * chosen. A window without any element gives −∞.
 */
export const maxPoolOperation: FusedOperation<MaxPoolAttributes> = {
  name: "maxPool",
  inputs: ["x"],
  infer([x], attributes) {
    assertFloating("maxPool", "x", x!);
    const { kernel } = attributes;
    assertWindows("maxPool", x!, attributes, kernel);
    const [batch, channels, ...space] = x!.shape as [number, number, ...number[]];
    const shape = [batch, channels, ...windowsOf("maxPool", space, kernel, attributes)];
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: "int32" },
    ];
  },
};

/**
 * The largest element of each window, where a tensor says which elements the windows have: `(lines, size)` and int32
 * positions `(1 or lines, windows, elements) → (lines, windows)`. Outputs and choice are those of
 * {@link maxPoolOperation}; of equal elements, the one with the lowest position is chosen, and of several NaN the one
 * with the highest.
 */
export const maxPoolAtOperation: FusedOperation<Readonly<Record<never, never>>> = {
  name: "maxPoolAt",
  inputs: ["x", "places"],
  infer([x, places]) {
    assertFloating("maxPoolAt", "x", x!);
    if (places!.dtype !== "int32") {
      throw new DTypeError("maxPoolAt", `places is ${places!.dtype}`, [places!.dtype], { rule: "it must be int32" });
    }
    const [lines, size] = x!.shape;
    const [repeats, windows, taps] = places!.shape;
    const fits = x!.shape.length === 2 && places!.shape.length === 3 && (repeats === 1 || repeats === lines);
    if (!fits || taps === 0 || size === 0) {
      throw new ShapeError(
        "maxPoolAt",
        `x is ${formatShape(x!.shape)}, places ${formatShape(places!.shape)}`,
        [x!.shape, places!.shape],
        { rule: "they are (lines, size) and (1 or lines, windows, elements), with at least one element" },
      );
    }
    const shape = [lines!, windows!];
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: "int32" },
    ];
  },
};
