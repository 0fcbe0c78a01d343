/**
 * The level `gradients`: elements that are selected, written, ordered, viewed and joined.
 *
 * @module
 */
import { contiguousStrides } from "@lucid/backend";
import { cat, mul, slice, stack, type Tensor } from "@lucid/tensor";
import { callAssign, callFused, fusedLayerNorm, type ViewStep } from "@lucid/tensor/extend";
import { generate, type Numbers, reader, rowSoftmax } from "../framework/arrays.js";
import type { GradientCheck } from "../framework/check.js";
import { layerNormOf } from "./fused-layer-norm.js";
import { host, type Row, total, whole } from "./gradients-rows.js";

const INDEX: Numbers = [2, 0, 2, 1, 1, 2];
const indexRows: readonly Row[] = [
  [
    "gather",
    "rows, some twice",
    {
      inputs: [host([4, 3]), whole([5], [3, 0, 3, 1, 0])],
      compute: (x, index) => x!.indexSelect(0, index!),
      reference: (x, index) => index!.flatMap((i) => x!.slice(i * 3, i * 3 + 3)),
    },
  ],
  [
    "gather",
    "along an axis",
    {
      inputs: [host([2, 3]), whole([2, 3], INDEX)],
      compute: (x, index) => x!.gather(1, index!),
      reference: (x, index) => index!.map((j, at) => x![Math.floor(at / 3) * 3 + j]!),
    },
  ],
  ...(["add", "set"] as const).map(
    (mode): Row => [
      "scatter",
      mode,
      {
        inputs: [host([2, 4]), whole([2, 3], mode === "add" ? INDEX : [2, 0, 3, 1, 0, 2]), host([2, 3], 1)],
        compute: (x, index, source) =>
          mode === "add" ? x!.scatterAdd(1, index!, source!) : x!.scatter(1, index!, source!),
        reference: (x, index, source) => {
          const result = [...x!];
          index!.forEach((j, at) => {
            const to = Math.floor(at / 3) * 4 + j;
            result[to] = mode === "add" ? result[to]! + source![at]! : source![at]!;
          });
          return result;
        },
      },
    ],
  ),
  [
    "scatter",
    "rows added up",
    {
      inputs: [host([3, 2]), whole([4], [1, 0, 1, 1]), host([4, 2], 1)],
      compute: (x, index, source) => x!.indexAdd(0, index!, source!),
      reference: (x, index, source) => {
        const result = [...x!];
        source!.forEach((v, at) => {
          result[index![Math.floor(at / 2)]! * 2 + (at % 2)]! += v;
        });
        return result;
      },
    },
  ],
];

/** Sorts the rows of a matrix in ascending order. */
const sortedRows = (x: Numbers, width: number): number[] =>
  Array.from({ length: x.length / width }, (_, row) =>
    x.slice(row * width, (row + 1) * width).sort((a, b) => a - b),
  ).flat();

const orderRows: readonly Row[] = [
  [
    "scan",
    "running sums",
    {
      inputs: [host([3, 4])],
      compute: (x) => x!.cumsum(1),
      reference: (x) => generate([3, 4], ([i, j]) => total(x!.slice(i! * 4, i! * 4 + j! + 1))),
      slack: 4,
    },
  ],
  [
    "sort",
    "values",
    {
      inputs: [host([3, 5])],
      compute: (x) => x!.sort(1).values,
      reference: (x) => sortedRows(x!, 5),
    },
  ],
  [
    "sort",
    "the largest two",
    {
      inputs: [host([2, 6])],
      compute: (x) => x!.topk(2).values,
      reference: (x) =>
        [0, 6].flatMap((start) =>
          sortedRows(x!.slice(start, start + 6), 6)
            .slice(-2)
            .reverse(),
        ),
    },
  ],
];

/** Makes the row of a view of a tensor of this shape. The reference says where each element is. */
function view(
  name: string,
  shape: Numbers,
  to: Numbers,
  compute: (x: Tensor) => Tensor,
  from: (at: Numbers) => Numbers,
): Row {
  const check: GradientCheck = {
    inputs: [host(shape)],
    // The view is squared, so that gradients pass through it instead of ending at it.
    compute: (x) => compute(x!).square(),
    reference: (x) => {
      const read = reader(x!, shape);
      return generate(to, (at) => read(...from(at)) ** 2);
    },
  };
  return ["views", name, check];
}

const flat = (shape: Numbers, at: Numbers): number =>
  contiguousStrides(shape).reduce((sum, stride, axis) => sum + stride * at[axis]!, 0);

const viewRows: readonly Row[] = [
  view(
    "reshape",
    [3, 4],
    [2, 6],
    (x) => x.reshape(2, 6),
    (at) => [Math.floor(flat([2, 6], at) / 4), flat([2, 6], at) % 4],
  ),
  view(
    "permute",
    [2, 3, 4],
    [4, 2, 3],
    (x) => x.permute(2, 0, 1),
    ([k, i, j]) => [i!, j!, k!],
  ),
  view(
    "expand",
    [3, 1],
    [2, 3, 4],
    (x) => x.expand(2, 3, 4),
    ([, j]) => [j!, 0],
  ),
  view(
    "slice",
    [5, 6],
    [2, 3],
    (x) => x.at(slice(1, 4, 2), slice(1, null, 2)),
    ([i, j]) => [1 + 2 * i!, 1 + 2 * j!],
  ),
  view(
    "backward",
    [4, 3],
    [4, 3],
    (x) => x.flip([0, 1]),
    ([i, j]) => [3 - i!, 2 - j!],
  ),
  view(
    "diagonal",
    [4, 5],
    [4],
    (x) => x.diagonal(1),
    ([i]) => [i!, i! + 1],
  ),
  view(
    "windows",
    [7],
    [3, 3],
    (x) => x.unfold(0, 3, 2),
    ([i, j]) => [2 * i! + j!],
  ),
  view(
    "one of an axis",
    [3, 4],
    [3],
    (x) => x.select(1, 2),
    ([i]) => [i!, 2],
  ),
  view(
    "of a view of a view",
    [4, 6],
    [3, 2],
    (x) =>
      x
        .transpose(0, 1)
        .at(slice(0, null, 2))
        .narrow(1, 1, 2),
    ([i, j]) => [1 + j!, 2 * i!],
  ),
];

const writingRows: readonly Row[] = [
  [
    "assign",
    "a slice",
    {
      inputs: [host([4, 3]), host([2, 3], 1)],
      compute: (x, y) => {
        const result = x!.clone();
        result.at(slice(1, 3)).copy_(y!);
        return result.square();
      },
      reference: (x, y) => x!.map((v, i) => (i >= 3 && i < 9 ? y![i - 3]! : v) ** 2),
    },
  ],
  [
    "assign",
    "a part given by views",
    {
      inputs: [host([4, 3]), host([2, 1], 1)],
      compute: (x, y) => {
        const steps: readonly ViewStep[] = [
          { view: "slice", attributes: { starts: [0, 2], steps: [2, -2], sizes: [2, 2] } },
        ];
        return callAssign(x!, y!, steps).square();
      },
      // The index tensors select the rows 0 and 2, and the columns 2 and 0.
      reference: (x, y) =>
        generate([4, 3], ([i, j]) => (i! % 2 === 0 && j! % 2 === 0 ? y![i! / 2]! : x![i! * 3 + j!]!) ** 2),
    },
  ],
  [
    "assign",
    "a column that is computed on",
    {
      inputs: [host([3, 3]), host([3], 1)],
      compute: (x, y) => {
        const result = mul(x!, 2);
        result.select(1, 1).mul_(y!);
        return result;
      },
      reference: (x, y) => x!.map((v, i) => 2 * v * (i % 3 === 1 ? y![Math.floor(i / 3)]! : 1)),
    },
  ],
  [
    "cat",
    "two of different lengths",
    {
      inputs: [host([2, 2]), host([2, 3], 1)],
      compute: (x, y) => cat([x!, y!], 1).square(),
      reference: (x, y) => generate([2, 5], ([i, j]) => (j! < 2 ? x![i! * 2 + j!]! : y![i! * 3 + j! - 2]!) ** 2),
    },
  ],
  [
    "cat",
    "a stack with one twice",
    {
      inputs: [host([3]), host([3], 1)],
      compute: (x, y) => stack([x!, y!, x!], 1),
      reference: (x, y) => x!.flatMap((v, i) => [v, y![i]!, v]),
    },
  ],
];

const fusedRows: readonly Row[] = [
  [
    "fused",
    "softmax",
    {
      inputs: [host([3, 5])],
      compute: (x) => x!.softmax(1),
      reference: (x) => rowSoftmax(x!, 5),
    },
  ],
  [
    "fused",
    "logarithm of softmax",
    {
      inputs: [host([3, 5])],
      compute: (x) => x!.logSoftmax(-1),
      reference: (x) => rowSoftmax(x!, 5).map(Math.log),
      slack: 2,
    },
  ],
  [
    "fused",
    "layer normalisation",
    {
      inputs: [host([3, 5]), host([5], 1), host([5], 2)],
      compute: (x, weight, bias) => callFused(fusedLayerNorm, [x!, weight!, bias!], { axes: 1, eps: 0.125 })[0]!,
      reference: (x, weight, bias) => layerNormOf(x!, weight!, bias!, 0.125).y,
    },
  ],
];

/** The rows of everything but reductions and products. */
export const elementRows: readonly Row[] = [...indexRows, ...orderRows, ...viewRows, ...writingRows, ...fusedRows];
