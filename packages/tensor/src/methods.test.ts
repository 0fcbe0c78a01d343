import { describe, expect, test } from "vitest";
import { slice } from "./index.js";
import { arrayOf, counted, tensor } from "../test/support.js";

describe("operations as methods", () => {
  const x = counted([2, 3]);

  test("exist for shapes, reductions, indexing and products", () => {
    expect(x.reshape(3, -1).shape).toEqual([3, 2]);
    expect(x.reshape([6]).shape).toEqual([6]);
    expect(x.permute(1, 0).t().flip(0).flatten().unsqueeze(0).squeeze().shape).toEqual([6]);
    expect(arrayOf(x.max())).toBe(5);
    expect(arrayOf(x.max(1).values)).toEqual([2, 5]);
    expect(arrayOf(x.min(0, true).indices)).toEqual([[0, 0, 0]]);
    expect(arrayOf(x.var(0, { correction: 0 }))).toEqual([2.25, 2.25, 2.25]);
    expect(arrayOf(x.at(1, slice(1)))).toEqual([4, 5]);
    expect(arrayOf(x.matmul(x.t()))).toEqual([
      [5, 14],
      [14, 50],
    ]);
    expect(arrayOf(x.softmax(1).sum(1))).toEqual([1, 1]);
    expect(x.split(2, 1).map((part) => part.shape)).toEqual([
      [2, 2],
      [2, 1],
    ]);
    expect(arrayOf(x.sort(1, true).values)).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ]);
    expect(arrayOf(x.gather(1, tensor([[2], [0]], "int32")))).toEqual([[2], [3]]);
  });

  test("exist in place", () => {
    const y = counted([2, 3]);
    const same: typeof y = y
      .fill_(1)
      .indexPut_([0], 2)
      .maskedFill_(tensor([true, false, false]), 9)
      .scatter_(1, tensor([[2]], "int32"), 7);
    expect(same).toBe(y);
    expect(arrayOf(y)).toEqual([
      [9, 2, 7],
      [9, 1, 1],
    ]);
    expect(
      arrayOf(
        y
          .select(0, 1)
          .copy_(tensor([3, 4, 5]))
          .zero_(),
      ),
    ).toEqual([0, 0, 0]);
  });
});
