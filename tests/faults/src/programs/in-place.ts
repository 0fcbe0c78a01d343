/**
 * Methods that write in place, beyond those that the fixtures show.
 *
 * @module
 */
import { slice, type Tensor } from "@lucid/tensor";
import { indices, type Program, values } from "./program.js";

const at = (): Tensor =>
  indices([
    [0, 0],
    [2, 1],
  ]);

/** Writes into x, which has the shape [2, 3], as y has. */
const writes: Readonly<Record<string, (x: Tensor, y: Tensor, index: Tensor, mask: Tensor) => unknown>> = {
  add_: (x, y) => x.add_(y),
  "add_ of its own part": (x) => x.narrow(1, 0, 2).add_(x.narrow(1, 1, 2)),
  "mul_ by itself": (x) => x.mul_(x),
  "mul_ by another type": (x, y) => x.mul_(y.to("float64")),
  copy_: (x, y) => x.copy_(y.t().reshape([2, 3])),
  "copy_ of its own part": (x) => x.narrow(1, 0, 2).copy_(x.narrow(1, 1, 2)),
  isnan_: (x) => x.isnan_(),
  isinf_: (x) => x.isinf_(),
  isfinite_: (x) => x.isfinite_(),
  fill_: (x) => x.fill_(3),
  zero_: (x) => x.zero_(),
  maskedFill_: (x, _, __, mask) => x.maskedFill_(mask, 7),
  "maskedFill_ with a tensor": (x, y, _, mask) => x.maskedFill_(mask, y.sum()),
  indexPut_: (x, y) =>
    x.indexPut_(
      [
        [0, 1],
        [2, 0],
      ],
      y.select(1, 0),
    ),
  "indexPut_ that accumulates": (x, y) => x.indexPut_([[0, 0, 1]], y.select(0, 0).unsqueeze(1), { accumulate: true }),
  "indexPut_ of a slice": (x, y) =>
    x.indexPut_([slice(0, 1), slice(undefined, undefined, 2)], y.narrow(1, 0, 2).narrow(0, 0, 1)),
  "indexPut_ under a mask": (x, y, _, mask) => x.indexPut_([mask], y.sum()),
  "indexPut_ with its own elements": (x) => x.t().indexPut_([[0, 1]], x.t().narrow(0, 1, 2)),
  scatter_: (x, y, index) => x.scatter_(1, index, y.narrow(1, 0, 2)),
  scatterAdd_: (x, y, index) => x.scatterAdd_(1, index, y.narrow(1, 0, 2)),
  indexAdd_: (x, y) => x.indexAdd_(0, indices([1, 1]), y, { alpha: 0.5 }),
};

/** The names of the methods that these programs call. */
export const writingMethods: readonly string[] = Object.keys(writes).map((name) => name.split(" ")[0]!);

/** Calls that make tensors of their own besides, such as an index or a sum; buffers that they have names for. */
const MAY_KEEP = 3;

/** The programs: on tensors that are not recorded, and on recorded ones of which there is a view. */
export function inPlacePrograms(): readonly Program[] {
  const singleCall = (name: string): boolean =>
    ["add_", "mul_ by itself", "fill_", "zero_", "maskedFill_", "scatter_", "scatterAdd_"].includes(name);
  return Object.entries(writes).flatMap(([name, write]) => {
    const mayKeep = singleCall(name) ? 0 : MAY_KEEP;
    return [
      {
        name,
        prepare: () => {
          const [x, y, index, mask] = [values([2, 3]), values([2, 3], 7), at(), values([2, 3]).gt(0)] as const;
          return { tensors: [x, y, index, mask], work: () => write(x, y, index, mask), outcome: () => x, mayKeep };
        },
      },
      {
        name: `recorded ${name}`,
        prepare: () => {
          const w = values([2, 3]).requiresGrad_();
          const y = values([2, 3], 7).requiresGrad_();
          const [x, index, mask] = [w.mul(2), at(), values([2, 3]).gt(0)];
          const view = x.select(0, 1);
          return {
            tensors: [w, x, y, view, index, mask],
            work: () => write(x, y, index, mask),
            // The tape is as it should be, too.
            outcome: () => {
              x.square().sum().add(view.exp().sum()).backward();
              return [x, view, w.grad, y.grad];
            },
            mayKeep,
          };
        },
      },
    ];
  });
}
