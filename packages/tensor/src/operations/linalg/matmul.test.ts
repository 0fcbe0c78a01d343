import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withTransform } from "../../dispatch/call.js";
import { linear } from "./linear.js";
import { bmm, dot, matmul, mm, mv, outer } from "./matmul.js";
import { expand, flip, permute, t, transpose } from "../shape/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { flatModel, type Model, modelOf } from "../../../test/model.js";
import { arrayOf, counted, flatOf, messageOf, shaped, tensor } from "../../../test/support.js";

/** −5 … 6 of shape [2, 2, 3], and 0, ½ … 2½ of shape [3, 2]. */
const a = shaped(
  Array.from({ length: 12 }, (_, i) => i - 5),
  [2, 2, 3],
);
const b = shaped([0, 0.5, 1, 1.5, 2, 2.5], [3, 2]);

describe("rank rules", () => {
  /** Expected: PyTorch's. */
  test.each<readonly [result: () => Tensor, shape: readonly number[], values: readonly number[]]>([
    [() => matmul(a, b), [2, 2, 2], [-10, -16, -1, -2.5, 8, 11, 17, 24.5]],
    [() => matmul(tensor([0, 1, 2]), b), [2], [5, 6.5]],
    [() => matmul(a, tensor([0, 1, 2])), [2, 2], [-10, -1, 8, 17]],
    [() => matmul(tensor([0, 1]), a), [2, 3], [-2, -1, 0, 4, 5, 6]],
    [() => matmul(t(b), counted([2, 3, 2])), [2, 2, 2], [10, 13, 13, 17.5, 28, 31, 40, 44.5]],
    [() => matmul(tensor([1, 2, 3]), tensor([4, 5, 6])), [], [32]],
    [
      () =>
        matmul(
          a,
          shaped(
            Array.from({ length: 24 }, (_, i) => i % 5),
            [4, 1, 3, 2],
          ),
        ),
      [4, 2, 2, 2],
      [
        -20, -17, -2, -5, 16, 7, 34, 19, -17, -29, -5, -8, 7, 13, 19, 34, -29, -21, -8, -6, 13, 9, 34, 24, -21, -33, -6,
        -9, 9, 15, 24, 39,
      ],
    ],
    [() => linear(a, t(b), tensor([10, 20])), [2, 2, 2], [0, 4, 9, 17.5, 18, 31, 27, 44.5]],
    [() => linear(a, t(b)), [2, 2, 2], [-10, -16, -1, -2.5, 8, 11, 17, 24.5]],
    [() => linear(tensor([0, 1, 2]), t(b), tensor([10, 20])), [2], [15, 26.5]],
    [() => mm(t(b), b), [2, 2], [5, 6.5, 6.5, 8.75]],
    [() => bmm(a, transpose(a, 1, 2)), [2, 2, 2], [50, 14, 14, 5, 14, 32, 32, 77]],
    [() => mv(b, tensor([1, -1])), [3], [-0.5, -0.5, -0.5]],
    [() => dot(tensor([1, 2]), tensor([3, 4])), [], [11]],
    [() => outer(tensor([1, 2]), tensor([3, 4, 5])), [2, 3], [3, 4, 5, 6, 8, 10]],
  ])("%#", (result, shape, values) => {
    const product = result();
    expect(product.shape).toEqual(shape);
    expect(flatOf(product)).toEqual(values);
  });

  test("products of integers wrap around", () => {
    const wide = matmul(
      tensor(
        [
          [100000, 2],
          [3, 4],
        ],
        "int32",
      ),
      tensor(
        [
          [100000, 1],
          [5, 6],
        ],
        "int32",
      ),
    );
    expect([wide.dtype, arrayOf(wide)]).toEqual([
      "int32",
      [
        [1410065418, 100012],
        [300020, 27],
      ],
    ]);
    const narrow = matmul(tensor([[100, 2]], "uint8"), tensor([[3], [5]], "uint8"));
    expect([narrow.dtype, arrayOf(narrow)]).toEqual(["uint8", [[54]]]);
    const inner = dot(tensor([100, 2], "uint8"), tensor([3, 5], "uint8"));
    expect([inner.dtype, arrayOf(inner)]).toEqual(["uint8", 54]);
    const batch = matmul(counted([2, 2, 3], "int32"), counted([3], "int32"));
    expect(arrayOf(batch)).toEqual([
      [5, 14],
      [23, 32],
    ]);
    expect(arrayOf(linear(counted([1, 2], "int32"), tensor([[3, 4]], "int32"), tensor([7], "int32")))).toEqual([[11]]);
  });

  test("an inner size of 0 gives zeros, and the bias", () => {
    expect(arrayOf(matmul(counted([2, 0]), counted([0, 2])))).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(arrayOf(linear(counted([2, 0]), counted([1, 0]), tensor([3])))).toEqual([[3], [3]]);
    expect(arrayOf(matmul(counted([0]), counted([0])))).toBe(0);
    expect(matmul(counted([2, 0, 3]), counted([3, 4])).shape).toEqual([2, 0, 4]);
    expect(matmul(counted([2, 5, 0]), counted([0, 4])).shape).toEqual([2, 5, 4]);
  });
});

describe("against a naive model", () => {
  const shapes = fc.record({
    batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    m: fc.integer({ min: 1, max: 4 }),
    k: fc.integer({ min: 1, max: 4 }),
    n: fc.integer({ min: 1, max: 4 }),
    drop: fc.nat(2),
    ones: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    dtype: fc.constantFrom("float32", "float64", "int32"),
    layout: fc.nat(3),
  });

  test("batches broadcast in any layout", () => {
    fc.assert(
      fc.property(shapes, ({ batch, m, k, n, drop, ones, dtype, layout }) => {
        const left = [...batch.map((size, i) => (ones[i] ? 1 : size)), m, k];
        const right = [...batch.slice(Math.min(drop, batch.length)), k, n];
        const place = (shape: readonly number[]): Tensor => {
          if (layout === 0) return counted(shape, dtype);
          if (layout === 1) return flip(counted(shape, dtype), [-1, -2]);
          if (layout === 2)
            return expand(counted([...shape.slice(0, -2).map(() => 1), ...shape.slice(-2)], dtype), shape);
          const order = shape.map((_, i) => shape.length - 1 - i);
          return permute(counted([...shape].reverse(), dtype), order);
        };
        const x = place(left);
        const y = place(right);
        const one = modelOf(flatOf(x), left);
        const two = modelOf(flatOf(y), right);
        const rank = Math.max(left.length, right.length);
        const pick = (shape: readonly number[], lead: readonly number[]): readonly number[] =>
          lead.slice(lead.length - (shape.length - 2)).map((i, axis) => (shape[axis] === 1 ? 0 : i));
        const expected: Model = {
          shape: [
            ...Array.from({ length: rank - 2 }, (_, i) =>
              Math.max(left[i - rank + left.length] ?? 1, right[i - rank + right.length] ?? 1),
            ),
            m,
            n,
          ],
          at: (index) => {
            const lead = index.slice(0, -2);
            const [row, column] = index.slice(-2) as [number, number];
            let sum = 0;
            for (let i = 0; i < k; i++)
              sum += one.at([...pick(left, lead), row, i]) * two.at([...pick(right, lead), i, column]);
            return sum;
          },
        };
        const result = matmul(x, y);
        expect(result.shape).toEqual(expected.shape);
        expect(flatOf(result)).toEqual(flatModel(expected));
      }),
      { numRuns: 600 },
    );
  });
});

describe("the calls of products", () => {
  const primitivesOf = (code: () => unknown): readonly string[] => {
    const names: string[] = [];
    withTransform(
      {
        handle(call, next) {
          names.push(call.primitive.name);
          return next(call);
        },
      },
      code,
    );
    return names;
  };

  test("linear is one product with the bias as its epilogue", () => {
    expect(primitivesOf(() => linear(counted([4, 3]), counted([2, 3]), counted([2])))).toEqual(["matmul"]);
    expect(primitivesOf(() => linear(counted([5, 4, 3]), counted([2, 3]), counted([2])))).toEqual([
      "reshape",
      "matmul",
      "reshape",
    ]);
  });

  test("a batch times one matrix is one tall product", () => {
    expect(primitivesOf(() => matmul(counted([5, 4, 3]), counted([3, 2])))).toEqual(["reshape", "matmul", "reshape"]);
  });
});

describe("errors", () => {
  test.each([
    [() => matmul(counted([2, 3]), counted([5, 3])), "[matmul] inner dimensions differ: [2, 3] · [5, 3] (3 ≠ 5)"],
    [() => matmul(counted([3]), counted([4])), "[matmul] inner dimensions differ: [3] · [4] (3 ≠ 4)"],
    [() => matmul(counted([3]), counted([4, 2])), "[matmul] inner dimensions differ: [3] · [4, 2] (3 ≠ 4)"],
    [() => matmul(counted([6, 2, 3]), counted([2])), "[matmul] inner dimensions differ: [6, 2, 3] · [2] (3 ≠ 2)"],
    [
      () => matmul(counted([2, 2, 3]), counted([3, 3, 2])),
      "[matmul] shapes do not broadcast: [2] · [3] · aligned at the last dimension, sizes must be equal or 1 (2 ≠ 3)",
    ],
    [
      () => matmul(tensor(2), counted([2])),
      "[matmul] a factor has no dimensions: [] · [2] · both need at least one · multiply by a number with mul",
    ],
    [
      () => matmul(counted([2, 2]), counted([2, 2], "float64")),
      '[matmul] element types differ: float32 · float64 · both tensors must have one type · convert one to the type of the other: .to("float32") or .to("float64")',
    ],
    [
      () => matmul(tensor([[true]]), tensor([[true]])),
      '[matmul] is not defined for bool · convert first: .to("int32")',
    ],
    [() => matmul(counted([2]), 3 as never), "[matmul] the second factor is not a tensor: 3 · wrap it: tensor(…)"],
    [() => mm(counted([2]), counted([2, 2])), "[mm] the first factor is [2] · it must have 2 dimensions"],
    [
      () => bmm(counted([1, 2, 3]), counted([2, 3, 2])),
      "[bmm] batch sizes differ: [1, 2, 3] · [2, 3, 2] · they must be equal · use matmul, which broadcasts",
    ],
    [() => dot(counted([2]), counted([3])), "[dot] inner dimensions differ: [2] · [3] (2 ≠ 3)"],
    [
      () => linear(counted([2, 3]), counted([5, 4])),
      "[linear] input and weight do not fit: [2, 3] · [5, 4] (3 ≠ 4) · the input's last dimension must have the size of the weight's last: (…, in) · (out, in)",
    ],
    [
      () => linear(counted([2, 3]), counted([5, 3]), counted([3])),
      "[linear] weight and bias do not fit: [5, 3] · [3] · the bias must be [5]",
    ],
    [
      () => linear(counted([2, 3]), counted([5, 3], "float64")),
      '[linear] element types differ: float32 · float64 · both tensors must have one type · convert one to the type of the other: .to("float32") or .to("float64")',
    ],
  ])("%#", (code, text) => {
    expect(messageOf(code)).toBe(text);
  });
});

describe("linear with a vector as weight", () => {
  test("returns one number for every row, as in PyTorch", () => {
    expect(arrayOf(linear(counted([2, 3]), tensor([1, 1, 2])))).toEqual([5, 17]);
    expect(arrayOf(linear(tensor([1, 2, 3]), tensor([1, 1, 1])))).toBe(6);
  });

  test("refuses a bias and sizes that do not fit", () => {
    expect(messageOf(() => linear(counted([2, 3]), tensor([1, 1, 2]), tensor([2])))).toContain(
      "[linear] a bias was given for the weight [3] · a vector as weight takes no bias",
    );
    expect(messageOf(() => linear(counted([2, 3]), tensor([1, 1])))).toContain("[linear] input and weight do not fit");
  });
});
