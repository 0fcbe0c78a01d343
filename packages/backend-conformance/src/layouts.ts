/**
 * Layouts of views in their buffers.
 *
 * @module
 */
import { sizeOf } from "@lucid/backend";

/** The layout of a view. A missing field is as in a contiguous tensor that fills its buffer. */
export interface Layout {
  /** The axes from the slowest to the fastest in memory. Axes that are not listed come first, in their order. */
  readonly order?: readonly number[];
  /** For every axis, a step n: only every n-th element belongs to the view. */
  readonly steps?: readonly number[];
  /** Axes that run backwards. */
  readonly flips?: readonly number[];
  /** Axes with stride 0. */
  readonly repeats?: readonly number[];
  /** The numbers of elements in the buffer before and after the view. */
  readonly before?: number;
  readonly after?: number;
}

/** A view's strides and offset, and the length of its buffer. */
export interface Placement {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** Computes strides and offset of a shape in a layout. */
export function placement(shape: readonly number[], layout: Layout = {}): Placement {
  const { order = [], steps = [], flips = [], repeats = [], before = 0, after = 0 } = layout;
  const axes = shape.map((_, axis) => axis).filter((axis) => !order.includes(axis));
  axes.push(...order);
  const strides = new Array<number>(shape.length).fill(0);
  let extent = 1;
  let offset = before;
  for (const axis of axes.reverse()) {
    if (repeats.includes(axis)) continue;
    const stride = extent * (steps[axis] ?? 1);
    extent = stride * Math.max(shape[axis]!, 1);
    if (flips.includes(axis)) {
      strides[axis] = -stride;
      if (sizeOf(shape) > 0) offset += stride * (shape[axis]! - 1);
    } else {
      strides[axis] = stride;
    }
  }
  return { shape, strides, offset, length: before + (sizeOf(shape) === 0 ? 0 : extent) + after };
}

/** The layouts of a call: its domain, its operands (the last layout is for all further operands) and its output. */
export interface CallLayout {
  readonly name: string;
  readonly shape: readonly number[];
  readonly operands: readonly Layout[];
  readonly output: Layout;
}

/** The layout of the k-th operand. */
export function operandLayout(layout: CallLayout, k: number): Layout {
  return layout.operands[Math.min(k, layout.operands.length - 1)] ?? {};
}

const plain: Layout = {};

/**
 * The layouts with which every element-wise operation is tested: small ones, and a few that are difficult for vector
 * code.
 */
export const callLayouts: readonly CallLayout[] = [
  { name: "rank 0", shape: [], operands: [plain], output: plain },
  { name: "rank 0 at an offset", shape: [], operands: [{ before: 3, after: 2 }], output: { before: 2, after: 1 } },
  { name: "size 0", shape: [3, 0, 2], operands: [plain], output: { before: 2, after: 2 } },
  { name: "transposed", shape: [5, 7], operands: [{ order: [1, 0] }], output: plain },
  {
    name: "first transposed",
    shape: [8, 6],
    operands: [{ order: [1, 0] }, plain],
    output: plain,
  },
  {
    name: "sliced with offset",
    shape: [3, 9],
    operands: [{ before: 5, steps: [2], after: 4 }, { before: 1, steps: [3] }, { before: 2 }],
    output: plain,
  },
  {
    name: "every second element",
    shape: [19],
    operands: [{ steps: [2] }, plain, { steps: [3] }],
    output: plain,
  },
  {
    name: "rows by columns",
    shape: [6, 7],
    operands: [{ repeats: [0] }, { repeats: [1] }, { repeats: [0] }],
    output: plain,
  },
  {
    name: "columns by rows",
    shape: [6, 7],
    operands: [{ repeats: [1] }, { repeats: [0] }],
    output: plain,
  },
  { name: "one element repeated first", shape: [21], operands: [{ repeats: [0] }, plain], output: plain },
  {
    name: "one element repeated second",
    shape: [21],
    operands: [plain, { repeats: [0], before: 2, after: 1 }, plain],
    output: plain,
  },
  {
    name: "negative strides",
    shape: [4, 6],
    operands: [{ flips: [1] }, { flips: [0], before: 1 }, { flips: [0, 1] }],
    output: plain,
  },
  {
    name: "strided output",
    shape: [5, 6],
    operands: [plain],
    output: { order: [1, 0], steps: [2, 1], before: 3, after: 3 },
  },
  {
    name: "backward output",
    shape: [37],
    operands: [plain],
    output: { flips: [0], before: 1, after: 2 },
  },
  {
    name: "output slice of a larger buffer",
    shape: [4, 5],
    operands: [plain],
    output: { before: 6, after: 7 },
  },
  {
    name: "rank 8",
    shape: [2, 1, 3, 1, 2, 2, 1, 2],
    operands: [{ order: [7, 2, 4, 0] }, { repeats: [2, 5] }, { flips: [4], steps: [1, 1, 1, 1, 1, 1, 1, 2] }],
    output: { order: [0, 5] },
  },
  {
    name: "long and unaligned",
    shape: [1031],
    operands: [{ before: 1 }, { before: 3 }, { before: 2 }],
    output: { before: 1, after: 5 },
  },
];
