/** How shapes, dimensions and options are passed, and which wrong arguments are refused. */
import { LucidError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { describe, expect, it, test } from "vitest";
import {
  arange,
  cat,
  empty,
  eye,
  full,
  linspace,
  ones,
  setDefaultBackend,
  stack,
  Tensor,
  tensor,
  where,
  zeros,
} from "./index.js";

setDefaultBackend(createCpuBackend());

const messageOf = (code: () => unknown): string => {
  try {
    code();
  } catch (error) {
    if (!(error instanceof LucidError)) throw error;
    return error.message;
  }
  return "nothing was thrown";
};

const ints = (...values: readonly number[]): Tensor => tensor(values, { dtype: "int32" });
const x = arange(6).reshape(2, 3);

describe("shapes", () => {
  it("are a list or separate numbers, with options last", () => {
    const shapes = [
      zeros(3, 2),
      zeros([3, 2]),
      zeros(3, 2, { dtype: "float64" }),
      ones(3, 2),
      empty(3, 2, undefined),
      full([3, 2], 7),
      x.reshape(3, -1),
      x.reshape([3, 2]),
      x.view(3, 2),
      x.permute(1, 0),
      x.permute([1, 0]),
      zeros(2).expand(3, -1),
      zeros(2).expand([3, 2]),
      zeros(1, 2).repeat(3, 1),
      zeros(1, 2).tile([3, 1]),
    ].map(({ shape }) => shape);
    for (const shape of shapes) expect(shape).toEqual([3, 2]);
    expect(zeros(3, 2, { dtype: "float64" }).dtype).toBe("float64");
    expect(zeros([]).shape).toEqual([]);
    expect(eye(2, { dtype: "int32" }).tolist()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(arange(0, 10, 4, { dtype: "float64" }).tolist()).toEqual([0, 4, 8]);
  });

  it("are read by size, dim, numel and the transposed properties", () => {
    expect([x.size(), x.size(0), x.size(-1), x.dim(), x.ndim, x.numel()]).toEqual([[2, 3], 2, 3, 2, 2, 6]);
    expect(x.T.tolist()).toEqual(x.t().tolist());
    expect(zeros(5, 2, 3).mT.shape).toEqual([5, 3, 2]);
    expect(x.select(0, 1).T.shape).toEqual([3]);
    expect(messageOf(() => x.size(2))).toBe(
      "[size] dim 2 is out of range for size 2 · the tensor has the dims -2 to 1",
    );
    expect(messageOf(() => zeros(1, 1, 1).T)).toContain("[T] the tensor has 3 dimensions");
    expect(messageOf(() => zeros(1).mT)).toContain("[mT] the tensor is no matrix");
  });
});

describe("dimensions", () => {
  it("are given by position or as options", () => {
    expect(cat([x, x], { dim: 1 }).shape).toEqual([2, 6]);
    expect(stack([x, x], { dim: -1 }).shape).toEqual([2, 3, 2]);
    expect(x.split(2, { dim: 1 }).length).toBe(2);
    expect(x.chunk(3, { dim: 1 }).length).toBe(3);
    expect(x.unbind({ dim: 1 }).length).toBe(3);
    expect(x.flatten({ endDim: 1 }).shape).toEqual([6]);
    expect(x.unsqueeze(0).squeeze({ dim: 0 }).shape).toEqual([2, 3]);
    expect(x.roll(1, { dims: 1 }).tolist()).toEqual([
      [2, 0, 1],
      [5, 3, 4],
    ]);
    expect(x.flip(0, 1).tolist()).toEqual([
      [5, 4, 3],
      [2, 1, 0],
    ]);
    expect(x.diagonal({ offset: 1 }).tolist()).toEqual([1, 5]);
    expect(x.diagonal(1).tolist()).toEqual([1, 5]);
    expect(x.triu({ diagonal: 1 }).tolist()).toEqual([
      [0, 1, 2],
      [0, 0, 5],
    ]);
    expect(ints(1, 2).repeatInterleave(2, { dim: 0 }).tolist()).toEqual([1, 1, 2, 2]);
  });

  it("have options whose names are checked", () => {
    expect(messageOf(() => cat([x, x], { axis: 1 } as never))).toContain('unknown option "axis"');
    expect(messageOf(() => x.diagonal({ offest: 1 } as never))).toContain('did you mean "offset"?');
    expect(messageOf(() => x.scatter(1, ints(0), 1, { reduces: "add" } as never))).toContain('did you mean "reduce"?');
    expect(messageOf(() => x.split(1, null as never))).toContain("null");
  });
});

describe("results that PyTorch 1.13 gives", () => {
  const bools = (...values: readonly boolean[]): Tensor => tensor(values);

  it("indexAdd multiplies integers with wrap-around", () => {
    const byte = (...values: readonly number[]): Tensor => tensor(values, { dtype: "uint8" });
    expect(byte(1, 2).indexAdd(0, ints(0), byte(3), { alpha: -1 }).tolist()).toEqual([254, 2]);
    expect(byte(0, 200).indexAdd(0, ints(1), byte(100), { alpha: 3 }).tolist()).toEqual([0, 244]);
    expect(messageOf(() => ints(1).indexAdd(0, ints(0), ints(1), { alpha: 1.5 }))).toContain("alpha is an integer");
  });

  it("bools are added by or and multiplied by and", () => {
    const x = bools(true, false);
    expect(x.indexAdd(0, ints(0, 0, 1), bools(true, true, false)).toString()).toBe("Tensor([true, false])");
    expect(x.indexAdd(0, ints(0, 0), bools(true, true)).sum().item()).toBe(1);
    expect(x.indexAdd(0, ints(0), bools(true), { alpha: 2 }).sum().item()).toBe(1);
    expect(x.scatterAdd(0, ints(1, 1), bools(true, true)).tolist()).toEqual([true, true]);
    expect(x.scatter(0, ints(0, 0), bools(true, false), { reduce: "multiply" }).tolist()).toEqual([false, false]);
    expect(x.scatter(0, ints(1, 1), bools(true, false), { reduce: "add" }).tolist()).toEqual([true, true]);
    expect(
      x
        .clone()
        .indexPut_([ints(1, 1)], bools(true, true), { accumulate: true })
        .sum()
        .item(),
    ).toBe(2);
  });

  it("indexSelect of a tensor without dimensions takes one index", () => {
    expect(tensor(5).indexSelect(0, ints(0)).tolist()).toBe(5);
    expect(messageOf(() => tensor(5).indexSelect(0, ints()))).toContain("0 indices for a tensor without dimensions");
    expect(messageOf(() => tensor(5).indexSelect(0, ints(0, 0)))).toContain("2 indices");
  });

  it("linspace of integers truncates the exact numbers", () => {
    const exact = Array.from({ length: 50 }, (_, i) => Math.trunc((-3 * 49 + 7 * i) / 49) + 0);
    expect(linspace(-3, 4, 50, { dtype: "int32" }).tolist()).toEqual(exact);
  });

  it("unfold treats a tensor without dimensions as one element", () => {
    expect(tensor(3).unfold(0, 1, 1).tolist()).toEqual([3]);
    expect(tensor(3).unfold(-1, 1, 5).tolist()).toEqual([3]);
    expect(tensor(3).unfold(0, 0, 1).tolist()).toEqual([]);
    expect(messageOf(() => tensor(3).unfold(0, 2, 1))).toContain("a window of 2");
  });

  it("expanded tensors can be filled", () => {
    const base = ones(2, 1);
    expect(base.expand(2, 3).fill_(5).tolist()).toEqual([
      [5, 5, 5],
      [5, 5, 5],
    ]);
    expect(base.tolist()).toEqual([[5], [5]]);
    expect(base.expand(2, 3).zero_().sum().item()).toBe(0);
    expect(base.expand(2, 3).fill_(tensor(2)).sum().item()).toBe(12);
    expect(
      base
        .expand(2, 3)
        .maskedFill_(tensor([[true], [false]]), 7)
        .tolist(),
    ).toEqual([
      [7, 7, 7],
      [2, 2, 2],
    ]);
    const mixed = tensor([
      [true, false, false],
      [false, false, false],
    ]);
    expect(messageOf(() => base.expand(2, 3).maskedFill_(mixed, 1))).toContain("cannot write in place");
  });

  it("maskedFill accepts one value", () => {
    const mask = bools(true, false);
    expect(ones(2).maskedFill(mask, tensor(7)).tolist()).toEqual([7, 1]);
    expect(messageOf(() => ones(2).maskedFill(mask, tensor([7])))).toContain("the value has the shape [1]");
  });

  it("indices of other types are refused with advice", () => {
    const byte = tensor([0, 1], { dtype: "uint8" });
    expect(messageOf(() => ones(2).at(byte))).toContain(
      'convert a mask with .to("bool") and positions with .to("int32")',
    );
    expect(messageOf(() => ones(2).gather(0, tensor([0])))).toContain('tensor([0, 1, 2], { dtype: "int32" })');
  });
});

describe("wrong arguments", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const proxy = new Proxy({ shape: 1 }, {});

  test.each<[string, () => unknown]>([
    ["a hole in a shape", () => empty(new Array(2) as never)],
    // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
    ["holes between sizes", () => ones([, 1, , 2] as never)],
    ["a hole in dims", () => ones([3]).sum(Array(1) as never)],
    ["a hole in a new shape", () => ones([3]).reshape(new Array(1) as never)],
    ["a hole in sizes to expand to", () => ones([1]).expand(new Array(1) as never)],
    ["a hole in parts", () => ones([3]).split(new Array(1) as never)],
    ["a list that contains itself", () => tensor(cyclic as never)],
    ["too many elements", () => tensor(1).expand([2 ** 32 + 5])],
    ["too many new elements", () => zeros([2 ** 31])],
    ["sizes whose product is no safe integer", () => zeros([2 ** 30, 2 ** 30, 2 ** 30])],
    ["too many repeats", () => ones(3).repeat(2 ** 30)],
    ["too many steps", () => arange(2 ** 40)],
    ["a symbol", () => zeros(Symbol("a") as never)],
    ["a bigint", () => zeros(3n as never)],
    ["a bigint in a list", () => zeros([3n] as never)],
    ["null", () => zeros(null as never)],
    ["a proxy", () => zeros([1], proxy as never)],
    ["an infinite size", () => zeros([Number.POSITIVE_INFINITY])],
    ["an object as data", () => tensor(Object.create(null))],
    ["a symbol as data", () => tensor([Symbol("a")] as never)],
    ["a null input", () => where(null as never, 1, 2)],
    ["a symbol as an index", () => x.at(Symbol("a") as never)],
    ["a bigint as an index", () => x.at(1n as never)],
    ["null as a source", () => x.scatter(0, ints(0), null as never)],
    ["null as an index tensor", () => x.gather(0, null as never)],
    ["null as a mask", () => x.maskedFill(null as never, 1)],
    ["null as a value", () => x.maskedFill(tensor(true), null as never)],
    ["null as a type", () => x.to(null as never)],
    ["a symbol as a type", () => x.to(Symbol("a") as never)],
    ["a bigint as the second size", () => x.reshape(2, 3n as never)],
  ])("%s gives one error, which is short", (_, code) => {
    const message = messageOf(code);
    expect(message).not.toBe("nothing was thrown");
    expect(message.length).toBeLessThan(400);
  });

  it("long shapes are shortened in errors", () => {
    const long = new Array<number>(100_000).fill(1);
    expect(messageOf(() => x.reshape(long)).length).toBeLessThan(400);
    expect(
      messageOf(() => zeros(long).add(zeros([2, ...long]).expand(3, ...new Array(3).fill(1)))).length,
    ).toBeLessThan(400);
  });

  it("a layout that reaches beyond its storage is refused", () => {
    const { storage, layout } = tensor([1, 2, 3, 4]);
    const place = (change: object) => () => new Tensor({ storage, layout: { ...layout, ...change } });
    expect(messageOf(place({ shape: [5] }))).toContain("reaches elements 0 to 4");
    expect(messageOf(place({ offset: -1 }))).toContain("reaches elements -1 to 2");
    expect(messageOf(place({ strides: [2] }))).toContain("reaches elements 0 to 6");
    expect(messageOf(place({ strides: [-1] }))).toContain("reaches elements -3 to 0");
    expect(messageOf(place({ dtype: "int32" }))).toContain("another buffer or element type");
    expect(messageOf(place({ shape: [1.5] }))).toContain("are no layout");
    expect(messageOf(() => new Tensor({ storage: {}, layout } as never))).toContain("the storage is an object");
    expect(place({ shape: [2, 2], strides: [-2, 1], offset: 2 })().tolist()).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(place({ shape: [0, 9], strides: [9, 1], offset: 4 })().shape).toEqual([0, 9]);
  });
});
