/**
 * Making, reading, printing and moving tensors.
 *
 * @module
 */
import type { Backend } from "@lucid/backend";
import { ones, Tensor, tensor } from "@lucid/tensor";
import { type Program, values } from "./program.js";

/** The programs; `other` is a backend without faults. */
export function readingPrograms(other: Backend): readonly Program[] {
  const works: Readonly<Record<string, (x: Tensor, far: Tensor) => unknown>> = {
    "tensor of data": () =>
      tensor([
        [1, 2],
        [3, 4],
      ]),
    "tensor of numbers": () => ones([2]),
    "new Tensor that requires a gradient": () => new Tensor([1, 2], { requiresGrad: true }),
    dataSync: (x) => x.t().dataSync(),
    data: (x) => x.t().data(),
    arraySync: (x) => x.t().arraySync(),
    array: (x) => x.t().array(),
    item: (x) => x.select(0, 0).select(0, 0).item(),
    itemAsync: (x) => x.select(0, 0).select(0, 0).itemAsync(),
    toString: (x: Tensor) => String(x.t()),
    toStringAsync: (x) => x.t().toStringAsync(),
    "toString of a long tensor": (x) => String(x.select(0, 0).unsqueeze(1).expand([3, 500])),
    "to another backend": (x) => x.t().to(other),
    "to this backend": (x, far) => far.t().to(x.backend),
    "toAsync another backend": (x) => x.t().toAsync(other),
    "toAsync this backend": (x, far) => far.t().toAsync(x.backend),
    "copy_ from another backend": (x, far) => x.copy_(far),
    "copyAsync_ from another backend": (x, far) => x.copyAsync_(far),
    indexPutAsync_: (x) => x.indexPutAsync_([[0]], 5),
    atAsync: (x) => x.atAsync([1, 0]),
    maskedSelectAsync: (x) => x.maskedSelectAsync(x.gt(0)),
    nonzeroAsync: (x) => x.nonzeroAsync(),
    equalAsync: (x) => x.equalAsync(x),
    allcloseAsync: (x) => x.allcloseAsync(x),
  };
  return Object.entries(works).map(([name, work]) => ({
    name,
    prepare: () => {
      const x = values([2, 3]);
      const far = x.to(other);
      return {
        tensors: [x],
        work: () => work(x, far),
        outcome: (result) => (result instanceof Tensor ? [result.to(other), x] : [result, x]),
        mayKeep: name.startsWith("maskedSelect") ? 1 : 0,
      };
    },
  }));
}
