import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memory } from "../../memory/accounting.js";
import { fill_ } from "../indexing/writing.js";
import {
  broadcastTo,
  diag,
  diagonal,
  expand,
  expandAs,
  flatten,
  flip,
  movedim,
  narrow,
  permute,
  repeat,
  repeatInterleave,
  reshape,
  reshapeAs,
  roll,
  select,
  squeeze,
  swapaxes,
  t,
  tile,
  transpose,
  unflatten,
  unfold,
  unsqueeze,
  view,
} from "./index.js";
import { cat, stack } from "./joining.js";
import { chunk, split, unbind } from "./splitting.js";
import type { Tensor } from "../../tensor/tensor.js";
import { flatModel, type Model } from "../../../test/model.js";
import { arrayOf, counted, flatOf, messageOf, tensor } from "../../../test/support.js";

const x = counted([3, 4]);
const square = tensor([
  [1, 2],
  [3, 4],
]);

/** Expected: PyTorch's. */
describe("shapes", () => {
  test.each<readonly [result: () => Tensor, shape: readonly number[], values: readonly number[]]>([
    [() => reshape(x, [2, -1]), [2, 6], flatOf(x)],
    [() => reshape(x, 2, -1), [2, 6], flatOf(x)],
    [() => reshape(tensor(5), []), [], [5]],
    [() => reshape(counted([0, 3]), -1, 3), [0, 3], []],
    [() => reshapeAs(square, counted([4])), [4], [1, 2, 3, 4]],
    [() => view(transpose(x, 0, 1), 2, 2, 3), [2, 2, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
    [() => flatten(tensor(5)), [1], [5]],
    [() => flatten(counted([2, 1, 2]), 1), [2, 2], [0, 1, 2, 3]],
    [() => unflatten(counted([2, 4]), -1, [2, -1]), [2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]],
    [() => squeeze(counted([1, 2, 1])), [2], [0, 1]],
    [() => squeeze(counted([1, 2, 1]), -1), [1, 2], [0, 1]],
    [() => squeeze(counted([1, 2, 1]), [0, 1]), [2, 1], [0, 1]],
    [() => unsqueeze(tensor(5), 0), [1], [5]],
    [() => t(counted([3])), [3], [0, 1, 2]],
    [() => swapaxes(square, 0, -1), [2, 2], [1, 3, 2, 4]],
    [
      () => movedim(counted([2, 3, 4]), [0, 2], [1, 0]),
      [4, 2, 3],
      [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23],
    ],
    [() => expand(tensor([[1], [2]]), -1, 2), [2, 2], [1, 1, 2, 2]],
    [() => expand(tensor(3), 2, 0), [2, 0], []],
    [() => expandAs(tensor([1, 2]), square), [2, 2], [1, 2, 1, 2]],
    [() => broadcastTo(tensor([1, 2]), [2, 2]), [2, 2], [1, 2, 1, 2]],
    [() => repeat(square, 2, 1, 2), [2, 2, 4], [1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4]],
    [() => repeat(square, [1, 0]), [2, 0], []],
    [() => tile(square, 2), [2, 4], [1, 2, 1, 2, 3, 4, 3, 4]],
    [() => tile(tensor(3), []), [], [3]],
    [() => repeatInterleave(square, 2, 1), [2, 4], [1, 1, 2, 2, 3, 3, 4, 4]],
    [() => repeatInterleave(square, 2), [8], [1, 1, 2, 2, 3, 3, 4, 4]],
    [() => roll(x, [1, -1], [0, 1]), [3, 4], [9, 10, 11, 8, 1, 2, 3, 0, 5, 6, 7, 4]],
    [() => roll(x, 5), [3, 4], [7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6]],
    [() => roll(counted([0, 2]), 1, 0), [0, 2], []],
    [() => diag(tensor([1, 2]), 1), [3, 3], [0, 1, 0, 0, 0, 2, 0, 0, 0]],
    [() => diag(tensor([1, 2]), -1), [3, 3], [0, 0, 0, 1, 0, 0, 0, 2, 0]],
    [() => diag(square, -1), [1], [3]],
    [() => diagonal(x, 5), [0], []],
    [() => unfold(counted([4]), 0, 0, 1), [5, 0], []],
    [() => unfold(counted([5]), 0, 2, 2), [2, 2], [0, 1, 2, 3]],
    [() => narrow(x, 1, -1, 1), [3, 1], [3, 7, 11]],
    [() => narrow(x, 1, 4, 0), [3, 0], []],
    [() => select(x, 0, -1), [4], [8, 9, 10, 11]],
    [() => flip(tensor(5), 0), [], [5]],
    [() => flip(counted([0, 2]), [0, 1]), [0, 2], []],
    [() => cat([tensor([]), square]), [2, 2], [1, 2, 3, 4]],
    [() => cat([square, narrow(square, 1, 0, 1)], -1), [2, 3], [1, 2, 1, 3, 4, 3]],
    [() => stack([tensor(1), tensor(2)]), [2], [1, 2]],
    [() => stack([tensor([1, 2]), tensor([3, 4])], -1), [2, 2], [1, 3, 2, 4]],
  ])("%#", (result, shape, values) => {
    const made = result();
    expect(made.shape).toEqual(shape);
    expect(flatOf(made)).toEqual(values);
  });

  test("cat and stack promote element types", () => {
    const joined = cat([counted([1], "int32"), counted([1], "uint8"), tensor([true])]);
    expect([joined.dtype, arrayOf(joined)]).toEqual(["int32", [0, 0, 1]]);
    expect(stack([counted([1], "float64"), counted([1])]).dtype).toBe("float64");
    expect(cat([counted([0], "float64"), counted([1, 1])]).dtype).toBe("float64");
  });

  test("split, chunk and unbind return parts", () => {
    const shapes = (parts: readonly Tensor[]): readonly (readonly number[])[] => parts.map((part) => part.shape);
    expect(split(counted([5]), 2).map(arrayOf)).toEqual([[0, 1], [2, 3], [4]]);
    expect(split(x, [1, 0, 2]).map((part) => part.shape)).toEqual([
      [1, 4],
      [0, 4],
      [2, 4],
    ]);
    expect(split(x, [1, 3], 1).map(flatOf)).toEqual([
      [0, 4, 8],
      [1, 2, 3, 5, 6, 7, 9, 10, 11],
    ]);
    expect(shapes(split(counted([0, 3]), 2))).toEqual([[0, 3]]);
    expect(shapes(split(counted([0]), 0))).toEqual([[0]]);
    expect(shapes(chunk(counted([5]), 4))).toEqual([[2], [2], [1]]);
    expect(shapes(chunk(counted([0]), 4))).toEqual([[0], [0], [0], [0]]);
    expect(unbind(square, 1).map(arrayOf)).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(unbind(counted([0, 2]))).toEqual([]);
  });

  test("views share memory, copies do not", () => {
    const base = counted([2, 4]);
    for (const part of [...split(base, 1), ...unbind(base, 1), select(base, 0, 0), unfold(base, 1, 2, 1)]) {
      expect(part.storage).toBe(base.storage);
    }
    fill_(split(base, 3, 1)[1]!, 9);
    expect(flatOf(base)).toEqual([0, 1, 2, 9, 4, 5, 6, 9]);
    expect(repeat(base, 1, 1).storage).not.toBe(base.storage);
    expect(reshape(transpose(base, 0, 1), 8).storage).not.toBe(base.storage);
    expect(reshape(base, 8).storage).toBe(base.storage);
  });

  test("intermediate copies are freed at once", () => {
    const before = memory().storages;
    const kept = roll(x, [1, 2], [0, 1]);
    const joined = cat([counted([1], "int32"), counted([1])]);
    expect(memory().storages - before).toBe(4);
    expect([kept.numel(), joined.numel()]).toEqual([12, 2]);
  });
});

describe("against a naive model", () => {
  test("repeat, tile, repeatInterleave and roll agree with it", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: -7, max: 7 }),
        fc.nat(2),
        (shape, counts, shift, pick) => {
          const source = counted(shape);
          const values = flatOf(source);
          const at = (index: readonly number[]): number =>
            values[index.reduce((position, i, axis) => position * shape[axis]! + i, 0)]!;
          const axis = pick % shape.length;
          const check = (actual: Tensor, model: Model): void => {
            expect(actual.shape).toEqual(model.shape);
            expect(flatOf(actual)).toEqual(flatModel(model));
          };
          const repeats = counts.slice(0, shape.length + 1);
          check(repeat(source, repeats), {
            shape: repeats.map((count, i) => count * (i === 0 ? 1 : shape[i - 1]!)),
            at: (index) => at(index.slice(1).map((i, a) => i % shape[a]!)),
          });
          check(repeatInterleave(source, counts[0]!, axis - shape.length), {
            shape: shape.map((size, a) => (a === axis ? size * counts[0]! : size)),
            at: (index) => at(index.map((i, a) => (a === axis ? Math.floor(i / counts[0]!) : i))),
          });
          check(roll(source, shift, axis), {
            shape,
            at: (index) =>
              at(index.map((i, a) => (a === axis ? (((i - shift) % shape[a]!) + shape[a]!) % shape[a]! : i))),
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("errors", () => {
  test.each([
    [
      () => reshape(x, 5, -1),
      "[reshape] [3, 4] cannot be reshaped to [5, -1] (12 is no multiple of 5) · the number of elements stays",
    ],
    [
      () => reshape(x, 5, 2),
      "[reshape] [3, 4] cannot be reshaped to [5, 2] (12 ≠ 10 elements) · the number of elements stays",
    ],
    [() => reshape(x, -1, -1), "[reshape] −1 twice in [-1, -1] · only one size may be −1"],
    [
      () => reshape(x, -2),
      "[reshape] size -2 in [-2] · sizes are integers ≥ 0; one of them may be −1, which is computed from the others",
    ],
    [() => reshape(x, 1.5), "[reshape] size 1.5 is not an integer"],
    [
      () => reshape(counted([0, 3]), -1, 0),
      "[reshape] −1 in [-1, 0] could be anything: there are no elements · name the size",
    ],
    [() => view(x, 7), "[view] [3, 4] cannot be reshaped to [7] (12 ≠ 7 elements) · the number of elements stays"],
    [() => flatten(x, 1, 0), "[flatten] startDim 1 comes after endDim 0 in the shape [3, 4] · startDim ≤ endDim"],
    [
      () => unflatten(x, 1, [3, -1]),
      "[unflatten] [4] cannot be reshaped to [3, -1] (4 is no multiple of 3) · the number of elements stays",
    ],
    [() => permute(x, 0), "[permute] 1 dims for the shape [3, 4]: [0] · every dimension must appear once"],
    [() => permute(x, 0, 0), "[permute] dim 0 appears twice: [0, 0] · a dimension may appear once"],
    [
      () => transpose(x, 0, 2),
      "[transpose] dim 2 is out of range for size 2 · a tensor with 2 dimensions has the dims -2 to 1",
    ],
    [
      () => t(counted([1, 1, 1])),
      "[t] the tensor has 3 dimensions: [1, 1, 1] · t needs at most 2 · use mT, which transposes the last two, or name two: transpose(-2, -1)",
    ],
    [
      () => expand(x, 2, 4),
      "[expand] [3, 4] does not expand to [2, 4] · aligned at the last dimension, sizes must be equal or grow from 1 (3 ≠ 2)",
    ],
    [() => expand(x, 4), "[expand] [3, 4] does not expand to [4] · there must be a size for every dimension"],
    [() => expand(x, -1, 3, 4), "[expand] [3, 4] does not expand to [-1, 3, 4] · a new dimension needs a size"],
    [
      () => repeat(x, 2),
      "[repeat] 1 numbers for the shape [3, 4] · every dimension needs one · use tile, which repeats the last dimensions",
    ],
    [() => tile(x, -1), "[tile] -1 repeats in [1, -1] · 0 or more"],
    [
      () => unsqueeze(x, 3),
      "[unsqueeze] dim 3 is out of range for size 3 · a tensor with 3 dimensions has the dims -3 to 2",
    ],
    [
      () => narrow(x, 1, 2, 3),
      "[narrow] end 5 is out of range for size 4 · start 2 + length 3 must not exceed the size of the dimension",
    ],
    [() => narrow(x, 1, 5, 0), "[narrow] start 5 is out of range for size 4"],
    [() => narrow(x, 1, 0, -1), "[narrow] length is -1 · length is at least 0"],
    [
      () => narrow(tensor(1), 0, 0, 1),
      "[narrow] the tensor has no dimensions: [] · at least one is needed · give it one: unsqueeze(x, 0)",
    ],
    [() => select(x, 0, 3), "[select] index 3 is out of range for size 3"],
    [() => roll(x, [1, 2], 0), "[roll] 2 shifts for 1 dims · every dimension needs one shift"],
    [() => diagonal(x, 0, 1, -1), "[diagonal] dim -1 appears twice: [1, -1] · a dimension may appear once"],
    [() => diag(tensor(1)), "[diag] the tensor has 0 dimensions: [] · diag needs a vector or a matrix"],
    [
      () => unfold(x, 1, 5, 1),
      "[unfold] a window of 5 in dim 1 of [3, 4] · a window must not be larger than the dimension (4)",
    ],
    [() => unfold(x, 1, 1, 0), "[unfold] step is 0 · step is at least 1"],
    [() => split(x, 0), "[split] size is 0 · size is at least 1"],
    [() => split(x, [1, 1]), "[split] the sizes [1, 1] add up to 2 · they must add up to dim 0 of [3, 4] (3)"],
    [() => chunk(x, 0), "[chunk] the number of chunks is 0 · the number of chunks is at least 1"],
    [() => cat([]), "[cat] there is no tensor · at least one is needed"],
    [() => cat(x as never), "[cat] the first argument is not a list of tensors: an instance of Tensor"],
    [
      () => cat([tensor(1)]),
      "[cat] the tensor has no dimensions: [] · at least one is needed · give it one: unsqueeze(x, 0)",
    ],
    [
      () => cat([square, x], 0),
      "[cat] shapes do not line up along dim 0: [2, 2] · [3, 4] · all dimensions but the joined one must be equal",
    ],
    [() => stack([square, x]), "[stack] shapes differ: [2, 2] · [3, 4] · all tensors must have one shape"],
    [() => stack([square, 3 as never]), "[stack] tensor 1 is not a tensor: 3 · wrap it: tensor(…)"],
  ])("%#", (code, text) => {
    expect(messageOf(code)).toBe(text);
  });
});
