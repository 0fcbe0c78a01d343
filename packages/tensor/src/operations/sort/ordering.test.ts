import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { transpose } from "../shape/index.js";
import { cumsum } from "./cumulative.js";
import { argsort, sort, topk } from "./sorting.js";
import { arrayOf, counted, flatOf, messageOf, shaped, tensor } from "../../../test/support.js";

describe("cumsum", () => {
  test("sums along any axis; integers and bools become int32", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(arrayOf(cumsum(x, 0))).toEqual([
      [1, 2, 3],
      [5, 7, 9],
    ]);
    expect(arrayOf(cumsum(transpose(x, 0, 1), -2))).toEqual([
      [1, 4],
      [3, 9],
      [6, 15],
    ]);
    const counts = cumsum(tensor([true, true, false]), 0);
    expect([counts.dtype, arrayOf(counts)]).toEqual(["int32", [1, 2, 2]]);
    expect(arrayOf(cumsum(tensor([200, 200], "uint8"), 0))).toEqual([200, 400]);
    expect(arrayOf(cumsum(tensor(3), 0))).toBe(3);
    expect(cumsum(counted([0, 2]), 0).shape).toEqual([0, 2]);
  });
});

describe("sort", () => {
  const special = tensor([NaN, 1, NaN, -Infinity, Infinity]);

  test("treats NaN as the largest number, and keeps the order of equal elements", () => {
    const up = sort(special);
    expect([arrayOf(up.values), arrayOf(up.indices)]).toEqual([
      [-Infinity, 1, Infinity, NaN, NaN],
      [3, 1, 4, 0, 2],
    ]);
    const down = sort(special, 0, true);
    expect([arrayOf(down.values), arrayOf(down.indices)]).toEqual([
      [NaN, NaN, Infinity, 1, -Infinity],
      [0, 2, 4, 1, 3],
    ]);
    expect([up.indices.dtype, down.indices.dtype]).toEqual(["int32", "int32"]);
    expect(arrayOf(argsort(tensor([2, 1, 2, 1]), -1, true))).toEqual([0, 2, 1, 3]);
    const scalar = sort(tensor(3), 0, true);
    expect([arrayOf(scalar.values), arrayOf(scalar.indices)]).toEqual([3, 0]);
  });

  test("topk returns the first of the sorted elements", () => {
    const best = topk(tensor([NaN, 1, 3]), 2);
    expect([arrayOf(best.values), arrayOf(best.indices)]).toEqual([
      [NaN, 3],
      [0, 2],
    ]);
    const least = topk(
      tensor([
        [3, 1, 2],
        [0, 5, 4],
      ]),
      1,
      1,
      { largest: false },
    );
    expect([arrayOf(least.values), arrayOf(least.indices)]).toEqual([
      [[1], [0]],
      [[1], [0]],
    ]);
    expect(topk(counted([2, 3]), 0).values.shape).toEqual([2, 0]);
    expect(arrayOf(topk(tensor(3), 1).values)).toBe(3);
  });

  test("agrees with JavaScript's stable sort", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(40),
        fc.infiniteStream(fc.integer({ min: -5, max: 5 })),
        (rows, columns, descending, turned, k, numbers) => {
          const values = Array.from({ length: rows * columns }, () => numbers.next().value as number);
          const x = turned ? transpose(shaped(values, [columns, rows]), 0, 1) : shaped(values, [rows, columns]);
          const lines = arrayOf(x) as readonly (readonly number[])[];
          const expected = lines.map((line) =>
            line.map((value, i) => ({ value, i })).sort((a, b) => (descending ? b.value - a.value : a.value - b.value)),
          );
          const result = sort(x, 1, descending);
          expect(arrayOf(result.values)).toEqual(expected.map((line) => line.map(({ value }) => value)));
          expect(arrayOf(result.indices)).toEqual(expected.map((line) => line.map(({ i }) => i)));
          const count = k % (columns + 1);
          const first = topk(x, count, -1, { largest: descending });
          expect(arrayOf(first.values)).toEqual(expected.map((line) => line.slice(0, count).map(({ value }) => value)));
          expect(arrayOf(first.indices)).toEqual(expected.map((line) => line.slice(0, count).map(({ i }) => i)));
          expect(flatOf(argsort(x, 1, descending))).toEqual(expected.flatMap((line) => line.map(({ i }) => i)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    [
      () => topk(counted([2, 3]), 4),
      "[topk] k is 4 along dim 1 of [2, 3] · k must not exceed the size of the dimension (3)",
    ],
    [() => topk(counted([2, 3]), -1), "[topk] k is -1 · k is at least 0"],
    [
      () => sort(counted([2]), 1),
      "[sort] dim 1 is out of range for size 1 · a tensor with 1 dimension has the dims -1 to 0",
    ],
    [() => cumsum(counted([2]), 0.5), "[cumsum] dim 0.5 is not an integer"],
  ])("error %#", (code, text) => {
    expect(messageOf(code)).toBe(text);
  });
});
