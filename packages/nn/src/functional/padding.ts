/**
 * Padding in all modes.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { cat, constantPadNd, expand, flip, narrow, type Tensor } from "@lucid/tensor/functions";
import { assertChoice, assertNumber, assertTensor } from "../internal/checks.js";

/** What new elements are: one value, the elements mirrored at the edge, the edge itself, or the elements from the start. */
export type PaddingMode = "constant" | "reflect" | "replicate" | "circular";

const modes: readonly PaddingMode[] = ["constant", "reflect", "replicate", "circular"];

/** Options of `pad`. */
export interface PadOptions {
  /** What the new elements are; default "constant". */
  readonly mode?: PaddingMode;
  /** The value of the new elements in the mode "constant"; default 0. */
  readonly value?: number;
}

/** Returns what stands beside the elements along a dimension, `count` elements at its beginning or its end. */
type Edge = (x: Tensor, dim: number, count: number, side: "before" | "after") => Tensor;

const reflected: Edge = (x, dim, count, side) =>
  flip(narrow(x, dim, side === "before" ? 1 : x.shape[dim]! - 1 - count, count), dim);

const replicated: Edge = (x, dim, count, side) => {
  const edge = narrow(x, dim, side === "before" ? 0 : x.shape[dim]! - 1, 1);
  return expand(
    edge,
    x.shape.map((size, axis) => (axis === dim ? count : size)),
  );
};

const wrapped: Edge = (x, dim, count, side) => narrow(x, dim, side === "before" ? x.shape[dim]! - count : 0, count);

const edges: Readonly<Record<Exclude<PaddingMode, "constant">, Edge>> = {
  reflect: reflected,
  replicate: replicated,
  circular: wrapped,
};

/** Takes away what negative numbers of all dimensions say. */
function cropped(x: Tensor, pairs: readonly (readonly [number, number])[]): Tensor {
  return pairs.reduce((part, [before, after], i) => {
    const dim = x.ndim - 1 - i;
    const start = Math.max(0, -before);
    const size = x.shape[dim]! - start - Math.max(0, -after);
    return size === x.shape[dim] ? part : narrow(part, dim, start, size);
  }, x);
}

/** Pads one dimension. Negative numbers take elements away. */
function padAlong(x: Tensor, dim: number, before: number, after: number, edge: Edge): Tensor {
  const start = Math.max(0, -before);
  const size = x.shape[dim]! - start - Math.max(0, -after);
  const kept = before < 0 || after < 0 ? narrow(x, dim, start, size) : x;
  const parts: Tensor[] = [];
  // What is mirrored is what the dimension had at first.
  if (before > 0) parts.push(edge(x, dim, before, "before"));
  parts.push(kept);
  if (after > 0) parts.push(edge(x, dim, after, "after"));
  return parts.length === 1 ? kept : cat(parts, dim);
}

/**
 * Adds elements before and after those that a tensor has, along its last dimensions. Negative numbers take elements
 * away.
 *
 * Shapes: `(…, n) → (…, before + n + after)` for each padded dimension. Modes other than "constant" pad the last one,
 * two or three dimensions of a tensor that has one or two more.
 *
 * @param input - the tensor.
 * @param pad - how many elements are added before and after, in pairs: for the last dimension, then for the one before
 * it, and so on.
 * @param options - `mode` (default "constant"): what the new elements are; `value` (default 0) in the mode "constant".
 * @throws ArgumentError for a `pad` that is no list of pairs of integers, an unknown mode or option; ShapeError if the
 * input has too few elements or dimensions.
 *
 * @example
 * ```ts
 * functional.pad(tensor([1, 2, 3]), [1, 2]); // → Tensor([0, 1, 2, 3, 0, 0])
 * functional.pad(tensor([[1, 2, 3]]), [1, 2], { mode: "reflect" }); // → Tensor([[2, 1, 2, 3, 2, 1]])
 * ```
 *
 * Source: torch.nn.functional.pad.
 */
export function pad(input: Tensor, pad: readonly number[], options?: PadOptions): Tensor {
  checkOptions("pad", options, { mode: true, value: true });
  const { mode = "constant", value = 0 } = options ?? {};
  assertTensor("pad", "input", input);
  assertChoice("pad", "mode", mode, modes);
  assertNumber("pad", "value", value);
  const pairs = pairsOf("pad", pad);
  if (mode !== "constant" && value !== 0) {
    throw new ArgumentError("pad", `value is ${value}`, { rule: `the mode ${JSON.stringify(mode)} takes no value` });
  }
  assertFit("pad", input, pairs, mode);
  if (mode === "constant") return constantPadNd(input, pad, value);
  const edge = edges[mode];
  return owned(() => {
    // What is repeated in a circle is what is left.
    const isCircle = mode === "circular";
    const first = isCircle ? cropped(input, pairs) : input;
    return pairs.reduce((x, [before, after], i) => {
      const [front, back] = isCircle ? [Math.max(0, before), Math.max(0, after)] : [before, after];
      return padAlong(x, input.ndim - 1 - i, front, back, edge);
    }, first);
  });
}

/** The numbers before and after, for the last dimension first. @throws ArgumentError unless they are pairs of integers. */
function pairsOf(operation: string, pad: readonly number[]): readonly (readonly [number, number])[] {
  const given: unknown = pad;
  if (Array.isArray(given) && given.length % 2 === 0 && [...given].every(Number.isInteger)) {
    return Array.from({ length: given.length / 2 }, (_, i) => [pad[2 * i]!, pad[2 * i + 1]!] as const);
  }
  throw new ArgumentError(operation, `the padding is ${describeValue(pad)}`, {
    rule: "it is a list of integers, two for each padded dimension, from the last one on",
  });
}

/** The largest number of elements that a mode can add to a dimension of a size. */
const most: Readonly<Record<PaddingMode, (size: number) => number>> = {
  constant: () => Infinity,
  reflect: (size) => size - 1,
  replicate: (size) => (size > 0 ? Infinity : 0),
  circular: (size) => size,
};

/** @throws ShapeError unless the input can be padded. */
function assertFit(
  operation: string,
  { shape }: Tensor,
  pairs: readonly (readonly [number, number])[],
  mode: PaddingMode,
): void {
  const count = pairs.length;
  const fits = mode === "constant" ? count <= shape.length : [1, 2, 3].includes(count) && shape.length - count <= 2;
  if (!fits || (mode !== "constant" && shape.length <= count)) {
    throw new ShapeError(
      operation,
      `the input is ${formatShape(shape)}, with padding for ${count} dimensions`,
      [shape],
      {
        rule:
          mode === "constant"
            ? "no more dimensions are padded than there are"
            : `the mode "${mode}" pads the last one, two or three dimensions of a tensor that has one or two more`,
      },
    );
  }
  for (const [i, pair] of pairs.entries()) {
    const size = shape[shape.length - 1 - i]!;
    const limit = most[mode](size);
    if (Math.max(...pair) <= limit && size + pair[0] + pair[1] >= 0) continue;
    throw new ShapeError(operation, `padding ${formatShape(pair)} for a dimension of size ${size}`, [shape], {
      rule: limit === Infinity ? "no more is taken away than there is" : `the mode "${mode}" adds ${limit} at most`,
    });
  }
}
