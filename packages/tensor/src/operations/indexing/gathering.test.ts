import { describe, expect, test } from "vitest";
import { gather, indexSelect, take } from "./gathering.js";
import { indexAdd, indexAdd_, scatter, scatter_, scatterAdd, scatterAdd_ } from "./index.js";
import { maskedFill, maskedFill_ } from "./masking.js";
import { copy_, fill_, zero_ } from "./writing.js";
import { expand, narrow, transpose, unfold } from "../shape/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { arrayOf, counted, flatOf, messageOf, shaped, tensor } from "../../../test/support.js";

const ints = (data: Parameters<typeof tensor>[0]): Tensor => tensor(data, "int32");
const filled = (value: number): Tensor =>
  shaped(
    Array.from({ length: 12 }, () => value),
    [3, 4],
  );
const x = counted([3, 4]);
/** 1 … 12. */
const counted1 = shaped([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 4]);

describe("gather and scatter", () => {
  /** Expected: PyTorch's. */
  test.each<readonly [result: () => Tensor, shape: readonly number[], values: readonly number[]]>([
    [
      () =>
        gather(
          x,
          1,
          ints([
            [3, 0],
            [1, 1],
          ]),
        ),
      [2, 2],
      [3, 0, 5, 5],
    ],
    [
      () =>
        gather(
          x,
          0,
          ints([
            [2, 0, 1],
            [0, 0, 2],
          ]),
        ),
      [2, 3],
      [8, 1, 6, 0, 1, 10],
    ],
    [
      () =>
        scatter(
          filled(0),
          1,
          ints([
            [3, 0],
            [1, 2],
          ]),
          counted1,
        ),
      [3, 4],
      [2, 0, 0, 1, 0, 5, 6, 0, 0, 0, 0, 0],
    ],
    [() => scatter(filled(0), 0, ints([[2, 0, 1]]), 7), [3, 4], [0, 7, 0, 0, 0, 0, 7, 0, 7, 0, 0, 0]],
    [
      () =>
        scatterAdd(
          filled(1),
          0,
          ints([
            [0, 0, 0, 0],
            [2, 2, 0, 1],
          ]),
          x,
        ),
      [3, 4],
      [1, 2, 9, 4, 1, 1, 1, 8, 5, 6, 1, 1],
    ],
    [
      () =>
        scatter(
          filled(2),
          -1,
          ints([
            [0, 0],
            [1, 3],
          ]),
          3,
          { reduce: "multiply" },
        ),
      [3, 4],
      [18, 2, 2, 2, 2, 6, 2, 6, 2, 2, 2, 2],
    ],
    [
      () =>
        scatter(
          filled(2),
          1,
          ints([
            [0, 0],
            [1, 3],
          ]),
          3,
          { reduce: "add" },
        ),
      [3, 4],
      [8, 2, 2, 2, 2, 5, 2, 5, 2, 2, 2, 2],
    ],
    [
      () =>
        scatter(
          x,
          1,
          ints([
            [0, 0],
            [1, 3],
          ]),
          5,
          { reduce: "amax" },
        ),
      [3, 4],
      [5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    ],
    [
      () =>
        scatter(
          x,
          1,
          ints([
            [0, 0],
            [1, 3],
          ]),
          5,
          { reduce: "amin" },
        ),
      [3, 4],
      [0, 1, 2, 3, 4, 5, 6, 5, 8, 9, 10, 11],
    ],
    [
      () => indexAdd(filled(1), 1, ints([3, 3]), narrow(x, 1, 0, 2), { alpha: 0.5 }),
      [3, 4],
      [1, 1, 1, 1.5, 1, 1, 1, 5.5, 1, 1, 1, 9.5],
    ],
    [() => indexSelect(x, 1, ints([3, 0, 3])), [3, 3], [3, 0, 3, 7, 4, 7, 11, 8, 11]],
    [() => indexSelect(x, 0, ints(2)), [1, 4], [8, 9, 10, 11]],
    [
      () =>
        take(
          x,
          ints([
            [0, 11],
            [5, 5],
          ]),
        ),
      [2, 2],
      [0, 11, 5, 5],
    ],
    [() => take(transpose(x, 0, 1), ints([1])), [1], [4]],
    [() => gather(tensor(3), 0, ints([0, 0])), [2], [3, 3]],
    [() => gather(tensor([3, 4]), 0, ints(1)), [], [4]],
    [() => scatter(tensor(3), 0, ints(0), 5), [], [5]],
    [() => indexSelect(tensor(3), 0, ints([0])), [], [3]],
    [() => gather(x, 1, counted([3, 0], "int32")), [3, 0], []],
    [() => scatter(x, 1, counted([0, 4], "int32"), 5), [3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ])("%#", (result, shape, values) => {
    const made = result();
    expect(made.shape).toEqual(shape);
    expect(flatOf(made)).toEqual(values);
    expect(flatOf(x)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("write in place through views", () => {
    const base = filled(0);
    const corner = narrow(transpose(base, 0, 1), 0, 1, 2);
    expect(scatter_(corner, 0, ints([[1, 0]]), 5)).toBe(corner);
    expect(flatOf(base)).toEqual([0, 0, 5, 0, 0, 5, 0, 0, 0, 0, 0, 0]);
    scatterAdd_(
      corner,
      1,
      ints([
        [2, 2],
        [0, 0],
      ]),
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(flatOf(base)).toEqual([0, 0, 12, 0, 0, 5, 0, 0, 0, 3, 0, 0]);
    indexAdd_(corner, 1, ints([0]), tensor([[1], [2]]));
    expect(flatOf(base)).toEqual([0, 1, 14, 0, 0, 5, 0, 0, 0, 3, 0, 0]);
  });

  test("read operands that overlap the target as they were before", () => {
    const line = counted([4]);
    scatter_(line, 0, ints([1, 2, 3]), line);
    expect(flatOf(line)).toEqual([0, 0, 1, 2]);
    const own = ints([1, 2, 0]);
    scatter_(own, 0, own, own);
    expect(flatOf(own)).toEqual([0, 1, 2]);
  });

  test.each([
    [() => gather(x, 1, ints([[0, 4]])), "index 4 is out of range for size 4"],
    [() => gather(x, 1, ints([[0, -1]])), "index -1 is out of range for size 4"],
    [
      () => gather(x, 1, tensor([[0]])),
      '[gather] the index is float32 · an index is int32 · make it with tensor([0, 1, 2], { dtype: "int32" }), or convert it: .to("int32")',
    ],
    [
      () => gather(x, 1, ints([0])),
      "[gather] the index does not fit the tensor: [3, 4] · [1] · it must have as many dimensions, and no more elements along each but dim 1",
    ],
    [
      () => gather(x, 0, ints([[0, 0, 0, 0, 0]])),
      "[gather] the index does not fit the tensor: [3, 4] · [1, 5] · it must have as many dimensions, and no more elements along each but dim 0",
    ],
    [
      () => gather(x, 2, ints([[0]])),
      "[gather] dim 2 is out of range for size 2 · a tensor with 2 dimensions has the dims -2 to 1",
    ],
    [
      () => scatter(x, 1, ints([[0, 1]]), tensor([[1]])),
      "[scatter] the index does not fit the source: [1, 1] · [1, 2] · it must have as many dimensions, and no more elements along each",
    ],
    [
      () => scatter(x, 1, ints([[0]]), ints([[1]])),
      '[scatter] element types differ: float32 · int32 · both tensors must have one type · convert the int32 tensor: .to("float32")',
    ],
    [
      () => scatter(x, 1, ints([[0]]), 1, { reduce: "mean" as never }),
      '[scatter] reduce is "mean" · reduce is one of add, multiply, amax, amin',
    ],
    [() => indexSelect(x, 0, ints([[0]])), "[indexSelect] the index has 2 dimensions: [1, 1] · it must be a vector"],
    [
      () => indexAdd(x, 0, ints([0]), counted([2, 4])),
      "[indexAdd] the source is [2, 4] · the tensor [3, 4] with 1 indices along dim 0 needs [1, 4]",
    ],
    [
      () => scatter_(expand(tensor([1]), 3), 0, ints([0]), 5),
      "[scatter_] cannot write in place: some elements of [3] share memory · an expanded or self-overlapping view cannot be written · write to a clone()",
    ],
  ])("error %#", (code, text) => {
    expect(messageOf(code)).toContain(text);
  });

  test("a failed write changes nothing", () => {
    const line = counted([3]);
    expect(() => scatter_(line, 0, ints([0, 3]), 9)).toThrow("index 3 is out of range for size 3");
    expect(flatOf(line)).toEqual([0, 1, 2]);
  });
});

describe("maskedFill", () => {
  const mask = tensor([true, false, false, true]);

  test("broadcasts the mask and converts the value", () => {
    expect(arrayOf(maskedFill(narrow(x, 0, 0, 2), mask, -Infinity))).toEqual([
      [-Infinity, 1, 2, -Infinity],
      [-Infinity, 5, 6, -Infinity],
    ]);
    const whole = maskedFill(counted([2], "int32"), tensor([true, false]), 1.9);
    expect([whole.dtype, arrayOf(whole)]).toEqual(["int32", [1, 1]]);
    expect(arrayOf(maskedFill(tensor([true]), tensor([true]), 0))).toEqual([0]);
    expect(arrayOf(maskedFill(counted([2]), tensor([true, false]), tensor(7, "float64")))).toEqual([7, 1]);
    expect(maskedFill(counted([2]), tensor([true, false]), tensor(7, "float64")).dtype).toBe("float32");
  });

  test("in place", () => {
    const y = counted([2, 4]);
    expect(maskedFill_(y, mask, 9)).toBe(y);
    expect(flatOf(y)).toEqual([9, 1, 2, 9, 9, 5, 6, 9]);
    expect(messageOf(() => maskedFill_(counted([4]), shaped([1, 1, 1, 1, 1, 1, 1, 1], [2, 4], "bool"), 1))).toContain(
      "an in-place operation keeps the shape",
    );
    expect(messageOf(() => maskedFill(y, y, 1))).toBe(
      "[maskedFill] the mask is float32 · a mask is bool · compare: x.ne(0)",
    );
  });
});

describe("copy_, fill_, zero_", () => {
  test("write through views, broadcast and convert", () => {
    const base = counted([3, 4], "int32");
    const part = narrow(base, 1, 1, 2);
    expect(copy_(part, tensor([1.7, -2.7]))).toBe(part);
    expect(flatOf(base)).toEqual([0, 1, -2, 3, 4, 1, -2, 7, 8, 1, -2, 11]);
    fill_(part, 2.9);
    expect(flatOf(base)).toEqual([0, 2, 2, 3, 4, 2, 2, 7, 8, 2, 2, 11]);
    zero_(part);
    fill_(narrow(part, 0, 0, 1), tensor(5));
    expect(flatOf(base)).toEqual([0, 5, 5, 3, 4, 0, 0, 7, 8, 0, 0, 11]);
    expect(flatOf(fill_(tensor([false, false]), 3))).toEqual([1, 1]);
    expect(flatOf(fill_(counted([2], "uint8"), 300))).toEqual([255, 255]);
    expect(flatOf(fill_(counted([2]), NaN))).toEqual([NaN, NaN]);
  });

  test("read a source that overlaps as it was before", () => {
    const line = counted([5]);
    copy_(narrow(line, 0, 1, 4), narrow(line, 0, 0, 4));
    expect(flatOf(line)).toEqual([0, 0, 1, 2, 3]);
  });

  test("refuse what does not fit", () => {
    expect(messageOf(() => copy_(counted([2]), counted([3])))).toContain("[copy_] shapes do not broadcast: [2] · [3]");
    expect(messageOf(() => copy_(counted([3]), counted([2, 3])))).toBe(
      "[copy_] [2, 3] does not broadcast to [3] · an in-place operation keeps the shape of the tensor it writes to",
    );
    expect(messageOf(() => fill_(unfold(counted([3]), 0, 2, 1), 5))).toContain("[fill_] cannot write in place");
    expect(messageOf(() => copy_(counted([2]), [1, 2] as never))).toBe(
      "[copy_] the source is not a tensor: [1, 2] · wrap it: tensor(…)",
    );
  });
});
