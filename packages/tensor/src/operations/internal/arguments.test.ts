/** How optional arguments are given: by position, or in one options object. The numbers are PyTorch's. */
import { LucidError } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import "../../methods.js";
import type { Tensor } from "../../tensor/tensor.js";
import { arrayOf, messageOf, tensor } from "../../../test/support.js";

const x = tensor([
  [1, 5, 3],
  [4, 2, 6],
]);
const integers = tensor([200, 100], "uint8");

describe("optional arguments", () => {
  it.each<readonly [() => Tensor, unknown]>([
    [() => x.mean(0, true), [[2.5, 3.5, 4.5]]],
    [() => x.mean(0, { keepdim: true }), [[2.5, 3.5, 4.5]]],
    [() => x.mean({ dim: 0, keepdim: true }), [[2.5, 3.5, 4.5]]],
    [() => x.mean({ dim: [0, 1] }), 3.5],
    [() => x.mean(null, true), [[3.5]]],
    [() => integers.mean({ dtype: "float64" }), 150],
    [() => x.sum(undefined, true), [[21]]],
    [() => x.sum(-1, false, { dtype: "float64" }), [9, 12]],
    [() => tensor([1.5, 2.5]).sum({ dtype: "int32" }), 3],
    [() => integers.sum({ dtype: "uint8" }), 44],
    [() => tensor([true, true]).sum({ dtype: "bool" }), 1],
    [() => integers.prod({ dtype: "float32" }), 20000],
    [() => x.amax({ dim: 1 }), [5, 6]],
    [() => x.argmax({ dim: 1, keepdim: true }), [[1], [2]]],
    [() => x.argmax(null), 5],
    [() => x.countNonzero({ dim: 0 }), [2, 2, 2]],
    [() => x.logsumexp({ dim: 0 }).mul(1e4).round(), [40486, 50486, 60486]],
    [() => x.max(0, true).values, [[4, 5, 6]]],
    [() => x.max({ dim: 0, keepdim: true }).indices, [[1, 0, 1]]],
    [() => x.min(0, { keepdim: true }).values, [[1, 2, 3]]],
    [() => x.std(0, { correction: 0 }), [1.5, 1.5, 1.5]],
    [() => x.std({ dim: 0, unbiased: false, keepdim: true }), [[1.5, 1.5, 1.5]]],
    [() => x.var({ dim: 0 }), [4.5, 4.5, 4.5]],
    [() => x.softmax({ dim: 0, dtype: "float64" }).sum(0).mul(1e9).round(), [1e9, 1e9, 1e9]],
    [() => integers.cumsum(0, { dtype: "uint8" }), [200, 44]],
    [() => x.cumsum({ dim: 1 }).select(0, 0), [1, 6, 9]],
    [() => x.sort(0, true).values.select(0, 0), [4, 5, 6]],
    [() => x.sort({ dim: 0, descending: true, stable: true }).indices.select(0, 0), [1, 0, 1]],
    [() => x.sort({ descending: true }).values.select(0, 0), [5, 3, 1]],
    [() => x.argsort(1, { descending: true }).select(0, 0), [1, 2, 0]],
    [
      () => x.topk(2, { largest: false }).values,
      [
        [1, 3],
        [2, 4],
      ],
    ],
    [() => x.topk(1, 0, { sorted: true }).indices, [[1, 0, 1]]],
    [() => tensor(3).topk(0).values, 3],
  ])("call %# gives PyTorch's numbers", (code, expected) => {
    expect(arrayOf(code())).toEqual(expected);
  });

  it.each<readonly [() => unknown, string]>([
    [
      () => x.sum({ keepDim: true } as never),
      'unknown option "keepDim" · the options are dim, keepdim, dtype · did you',
    ],
    [
      () => x.sum(0, { dim: 1 } as never),
      "[sum] dim is given twice · an argument is given by position or in the options",
    ],
    [() => x.sum(0, 1 as never), "[sum] keepdim is 1 · keepdim is true or false"],
    [() => x.sum(0, true, true as never), "[sum] options must be an object: got true"],
    [() => x.sum(...([0, true, {}, 3] as never as [])), "[sum] too many arguments: 3 follows an object"],
    [() => x.amax({ dtype: "float64" } as never), 'unknown option "dtype"'],
    [() => x.sum({ dtype: "float16x" } as never), '[sum] unknown dtype "float16x"'],
    [() => x.mean("rows" as never), '[mean] dim "rows" is not an integer'],
    [() => x.mean([0, "a"] as never), '[mean] dim "a" is not an integer'],
    [() => x.mean(Array(1) as never), "[mean] dim undefined is not an integer"],
    [() => x.mean(Symbol("s") as never), "[mean] dim Symbol(s) is not an integer"],
    [() => x.mean(0n as never), "[mean] dim 0n is not an integer"],
    [() => x.mean(new Map() as never), "options must be an object: got an instance of Map"],
    [() => x.argmax([0] as never), "[argmax] dim [0] is not an integer"],
    [() => x.softmax(undefined as never), "[softmax] dim undefined is not an integer"],
    [() => x.sort(0, "desc" as never), '[sort] descending is "desc" · descending is true or false'],
    [() => x.topk(1, 0, null as never), "[topk] options must be an object: got null"],
    [() => x.topk(1, { larges: false } as never), 'did you mean "largest"?'],
    [() => x.std(0, true as never), "a boolean by position could mean unbiased or keepdim"],
    [() => x.std({ unbiased: true, correction: 1 }), "[std] correction and unbiased are both given"],
    [() => x.std({ correction: "1" } as never), '[std] correction is "1" · correction is a number'],
  ])("wrong call %# is explained", (code, text) => {
    expect(code).toThrow(LucidError);
    expect(messageOf(code)).toContain(text);
  });
});

describe("the standard deviation", () => {
  it("of large and small float32 numbers is within the range of float32", () => {
    const large = tensor([1e20, 0, 0]).std().item();
    expect(large / 5.773503011907594e19).toBeCloseTo(1, 6);
    const small = tensor([1e-30, 0, 0]).std().item();
    expect(small / 5.7735025e-31).toBeCloseTo(1, 6);
  });
});
