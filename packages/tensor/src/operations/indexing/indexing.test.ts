import { sizeOf } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, atAsync, indexPut_, maskedSelect, maskedSelectAsync, nonzero, nonzeroAsync } from "./index.js";
import { bool } from "../create/conversion.js";
import { type Index, slice } from "./slice.js";
import { expand, flip, permute } from "../shape/index.js";
import { Tensor } from "../../tensor/tensor.js";
import { flatModel, indicesOf, type Model, modelOf, positionIn } from "../../../test/model.js";
import { arrayOf, counted, flatOf, messageOf, shaped, tensor } from "../../../test/support.js";

const int = (value: number): Tensor => tensor(value, "int32");
const cube = counted([2, 3, 4]);
const maskOf = (shape: readonly number[], holds: (i: number) => boolean): Tensor =>
  shaped(
    Array.from({ length: sizeOf(shape) }, (_, i) => (holds(i) ? 1 : 0)),
    shape,
    "bool",
  );

describe("at", () => {
  const even = maskOf([2, 3, 4], (i) => i % 2 === 0);
  const thirds = maskOf([3, 4], (i) => i % 3 === 0);
  const fifths = maskOf([3, 4], (i) => i % 5 === 1);

  /** On 0 … 23 of shape [2, 3, 4]; expected: PyTorch's. */
  const cases: readonly (readonly [indices: readonly Index[], shape: readonly number[], values: readonly number[]])[] =
    [
      [[1], [3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
      [[-1, slice(), 0], [3], [12, 16, 20]],
      [
        ["...", -1],
        [2, 3],
        [3, 7, 11, 15, 19, 23],
      ],
      [
        [slice(1), "...", null, slice(null, null, 2)],
        [1, 3, 1, 2],
        [12, 14, 16, 18, 20, 22],
      ],
      [[slice(-5, 10), slice(2, 1)], [2, 0, 4], []],
      [
        [[0, 1, -1]],
        [3, 3, 4],
        [
          0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 12, 13, 14, 15, 16, 17,
          18, 19, 20, 21, 22, 23,
        ],
      ],
      [
        [
          [0, 1],
          [2, 0],
        ],
        [2, 4],
        [8, 9, 10, 11, 12, 13, 14, 15],
      ],
      [
        [
          [0, 1],
          [[2], [0]],
        ],
        [2, 2, 4],
        [8, 9, 10, 11, 20, 21, 22, 23, 0, 1, 2, 3, 12, 13, 14, 15],
      ],
      [
        [slice(), [0, 2], [1, -1]],
        [2, 2],
        [1, 11, 13, 23],
      ],
      [
        [[0, 1], slice(), [1, 3]],
        [2, 3],
        [1, 5, 9, 15, 19, 23],
      ],
      [
        [[0, 1], null, [1, 2]],
        [2, 1, 4],
        [4, 5, 6, 7, 20, 21, 22, 23],
      ],
      [[[0, 1], 2, [1, 2]], [2], [9, 22]],
      [
        [1, slice(), [1, 2]],
        [3, 2],
        [13, 14, 17, 18, 21, 22],
      ],
      [
        [int(1), slice(), [1, 2]],
        [3, 2],
        [13, 14, 17, 18, 21, 22],
      ],
      [[int(1), [0, 2], [3]], [2], [15, 23]],
      [
        [
          [
            [0, 1],
            [1, 0],
          ],
          slice(1, 3),
        ],
        [2, 2, 2, 4],
        [
          4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 16, 17, 18, 19, 20, 21, 22, 23, 4, 5, 6, 7, 8, 9,
          10, 11,
        ].slice(0, 32),
      ],
      [[[]], [0, 3, 4], []],
      [[[false, true]], [1, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
      [
        [slice(), [true, false, true], [0, 3]],
        [2, 2],
        [0, 11, 12, 23],
      ],
      [
        [[true, false], slice(), [2]],
        [1, 3],
        [2, 6, 10],
      ],
      [[even], [12], [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]],
      [[1, thirds], [4], [12, 15, 18, 21]],
      [
        [slice(), fifths],
        [2, 3],
        [1, 6, 11, 13, 18, 23],
      ],
      [
        [null, 1, null, 2],
        [1, 1, 4],
        [20, 21, 22, 23],
      ],
    ];

  test.each(cases)("%#", async (indices, shape, values) => {
    for (const result of [at(cube, ...indices), await atAsync(cube, ...indices)]) {
      expect(result.shape).toEqual(shape);
      expect(flatOf(result)).toEqual(values);
    }
  });

  test("accepts negative steps", () => {
    const line = counted([5]);
    expect(flatOf(at(line, slice(null, null, -1)))).toEqual([4, 3, 2, 1, 0]);
    expect(flatOf(at(line, slice(-2, 0, -2)))).toEqual([3, 1]);
    expect(flatOf(at(line, slice(10, -10, -3)))).toEqual([4, 1]);
    expect(flatOf(at(line, slice(1, 3, -1)))).toEqual([]);
    expect(flatOf(at(counted([0]), slice(null, null, -1)))).toEqual([]);
  });

  test("returns views for basic indices, and copies for others", () => {
    const x = counted([2, 3]);
    expect(at(x, 1, slice(1)).storage).toBe(x.storage);
    expect(at(x).storage).toBe(x.storage);
    expect(at(x, [1]).storage).not.toBe(x.storage);
  });

  test("keeps the element type, and accepts no indices", () => {
    expect(at(counted([3], "uint8"), [2, 0]).dtype).toBe("uint8");
    expect(arrayOf(at(tensor(7)))).toBe(7);
    expect(arrayOf(at(tensor(7), null))).toEqual([7]);
  });
});

describe("errors", () => {
  const x = counted([3, 2]);

  test.each([
    [[0, 0, 0], "[at] indices for 3 dimensions of the shape [3, 2] · there are 2"],
    [[3], "[at] index 3 is out of range for size 3"],
    [[0, -3], "[at] index -3 is out of range for size 2"],
    [[[0, 3]], "[at] index 3 is out of range for size 3"],
    [[[0, -4]], "[at] index -4 is out of range for size 3"],
    [
      [
        [0, 1],
        [0, 2],
      ],
      "[at] index 2 is out of range for size 2",
    ],
    [[slice(0, 1, 0)], "[at] the step of a slice is 0 · the step must not be 0"],
    [[slice(0.5)], "[at] start 0.5 is not an integer"],
    [[0.5], "[at] index 0.5 is not an integer"],
    [[[0, 0.5]], "[at] index 0.5 is not an integer"],
    [[[0, true]], "[at] a list of indices mixes numbers and booleans"],
    [["...", "..."], '[at] "..." appears twice · it stands for all dimensions that are not named'],
    [["all"], '[at] "all" is no index · an index is an integer, slice(…), "...", null, a tensor or a list'],
    [
      [tensor([0, 1])],
      '[at] a float32 tensor is no index · index tensors are int32 (positions) or bool (a mask) · make positions with tensor([0, 1, 2], { dtype: "int32" }), or convert them: .to("int32")',
    ],
    [
      [maskOf([2], () => true)],
      "[at] the mask [2] does not fit [3, 2] at dim 0 · a mask must have the sizes of the dimensions that it stands for",
    ],
    [
      [
        [0, 1],
        [0, 1, 0],
      ],
      "[at] shapes do not broadcast: [2] · [3] · aligned at the last dimension, sizes must be equal or 1 (2 ≠ 3)",
    ],
  ])("%#", (indices, text) => {
    expect(messageOf(() => at(x, ...(indices as readonly Index[])))).toBe(text);
  });

  test("a mask needs a backend that can be read synchronously, or atAsync", async () => {
    const { readSync, ...asynchronous } = createCpuBackend();
    const backend = { ...asynchronous, name: "slow" };
    const y = new Tensor([1, 2, 3], { backend });
    expect(messageOf(() => at(y, bool(new Tensor([1, 0, 1], { backend }))))).toBe(
      "[at] the backend slow cannot read synchronously · use await atAsync()",
    );
    expect(messageOf(() => nonzero(y))).toBe(
      "[nonzero] the backend slow cannot read synchronously · use await nonzeroAsync()",
    );
    const picked = await atAsync(y, bool(new Tensor([1, 0, 1], { backend })));
    expect(Array.from(await backend.read(picked.storage.buffer as never, 0, 2))).toEqual([1, 3]);
  });

  test("a failed write changes nothing", () => {
    const y = counted([3, 2]);
    for (const code of [
      () => indexPut_(y, [[0, 3]], 9),
      () => indexPut_(y, [[0, 1]], counted([3])),
      () => indexPut_(y, [slice(0, 2)], counted([3])),
      () => indexPut_(y, [[0, 1], slice(), 0], 9),
    ]) {
      expect(code).toThrow();
      expect(flatOf(y)).toEqual([0, 1, 2, 3, 4, 5]);
    }
    expect(messageOf(() => indexPut_(y, [[0, 3]], 9))).toBe("[indexPut_] index 3 is out of range for size 3");
    expect(messageOf(() => indexPut_(expand(tensor([1]), 3), [[0]], 5))).toContain("some elements of [3] share memory");
  });
});

/** Naive indexing, straight from the rules: what each element of the result is. */
type NaiveIndex =
  | number
  | null
  | { readonly start: number; readonly step: number; readonly count: number }
  | Model
  | "mask";

interface Scenario {
  readonly shape: readonly number[];
  readonly order: readonly number[];
  readonly flipped: boolean;
  readonly items: readonly (readonly number[])[];
}

/** Turns random numbers into indices, for the library and for the naive model. */
function indicesFor(
  shape: readonly number[],
  items: readonly (readonly number[])[],
): {
  readonly real: readonly Index[];
  readonly model: (source: Model) => Model;
} {
  const real: Index[] = [];
  const naive: Exclude<NaiveIndex, "mask">[] = [];
  const common = [1 + ((items[0]?.[5] ?? 0) % 3)];
  let axis = 0;
  for (const [kind, a, b, c, d] of items as readonly (readonly [number, number, number, number, number])[]) {
    const size = shape[axis];
    if (kind % 6 === 0) {
      real.push(null);
      naive.push(null);
      continue;
    }
    if (size === undefined) continue;
    if (kind % 6 === 1 && size > 0) {
      const position = a % size;
      real.push(b % 2 === 0 ? position : position - size);
      naive.push(position);
    } else if (kind % 6 === 2) {
      const start = size === 0 ? 0 : a % size;
      const step = 1 + (b % 2);
      const backwards = c % 2 === 1;
      if (backwards) {
        real.push(slice(start, undefined, -step));
        naive.push({ start, step: -step, count: size === 0 ? 0 : Math.floor(start / step) + 1 });
      } else {
        real.push(slice(start, undefined, step));
        naive.push({ start, step, count: Math.ceil((size - start) / step) });
      }
    } else if (kind % 6 >= 3 && size > 0) {
      // Index tensors of shape [], [1], common or [2, …common].
      const shapes: readonly (readonly number[])[] = [[], [1], common, [2, ...common]];
      const own = shapes[d % 4]!;
      const values = Array.from({ length: sizeOf(own) }, (_, i) => (a * 7 + b * i * 3 + c * i * i) % size);
      const signed = values.map((value, i) => ((b + i) % 3 === 0 ? value - size : value));
      real.push(shaped(signed, own, "int32"));
      naive.push(modelOf(values, own));
    } else {
      real.push(slice());
      naive.push({ start: 0, step: 1, count: size });
    }
    axis++;
  }
  return { real, model: (source) => naiveAt(source, naive) };
}

function naiveAt(source: Model, items: readonly Exclude<NaiveIndex, "mask">[]): Model {
  const full = [...items];
  const used = items.filter((item) => item !== null).length;
  for (let axis = used; axis < source.shape.length; axis++)
    full.push({ start: 0, step: 1, count: source.shape[axis]! });

  // Without integers: the axes that are left, each a range, a new one, or picked by a tensor.
  const left = full.filter((item) => typeof item !== "number");
  const isModel = (item: NaiveIndex): item is Model => typeof item === "object" && item !== null && "at" in item;
  // Tensors without axes act like integers.
  const placed = left.filter((item) => !(isModel(item) && item.shape.length === 0));
  const tensors = full.filter(isModel);
  const rank = Math.max(0, ...tensors.map((item) => item.shape.length));
  const broadcast = Array.from({ length: rank }, (_, i) =>
    Math.max(1, ...tensors.map((item) => item.shape[item.shape.length - rank + i] ?? 1)),
  );
  const picks = placed.map((item, i) => (isModel(item) ? i : -1)).filter((i) => i >= 0);
  const together = picks.every((place, i) => i === 0 || place === picks[i - 1]! + 1);
  const others = placed.filter((item) => !isModel(item));
  const before = picks.length === 0 || !together ? 0 : picks[0]!;
  const sizes = others.map((item) => (item === null ? 1 : (item as { count: number }).count));
  const shape = [...sizes.slice(0, before), ...broadcast, ...sizes.slice(before)];

  return {
    shape,
    at: (index) => {
      const chosen = index.slice(before, before + rank);
      const rest = [...index.slice(0, before), ...index.slice(before + rank)];
      const old: number[] = [];
      let next = 0;
      for (const item of full) {
        if (item === null) next++;
        else if (typeof item === "number") old.push(item);
        else if (isModel(item)) {
          const own = chosen.slice(rank - item.shape.length).map((i, axis) => (item.shape[axis] === 1 ? 0 : i));
          old.push(item.at(own));
        } else old.push(item.start + item.step * rest[next++]!);
      }
      return source.at(old);
    },
  };
}

const scenarios: fc.Arbitrary<Scenario> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      order: fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length },
      ),
      flipped: fc.boolean(),
      items: fc.array(fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }), { maxLength: shape.length + 1 }),
    }),
  );

/** A tensor whose layout is not row-major, and the model of its elements. */
function laidOut(
  { shape, order, flipped }: Scenario,
  values: readonly number[],
): { readonly x: Tensor; readonly base: Tensor } {
  const base = shaped(values, shape);
  const x = permute(base, order);
  return { base, x: flipped && x.ndim > 0 ? flip(x, 0) : x };
}

describe("against a naive model", () => {
  test("at selects the same elements", () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const values = Array.from({ length: sizeOf(scenario.shape) }, (_, i) => i);
        const { x } = laidOut(scenario, values);
        const { real, model } = indicesFor(x.shape, scenario.items);
        const expected = model(modelOf(flatOf(x), x.shape));
        const result = at(x, ...real);
        expect(result.shape).toEqual(expected.shape);
        expect(flatOf(result)).toEqual(flatModel(expected));
      }),
      { numRuns: 2000 },
    );
  });

  test("indexPut_ sets (the last one stays) and accumulates, through views", () => {
    fc.assert(
      fc.property(scenarios, fc.boolean(), fc.nat(2), (scenario, accumulate, kind) => {
        const count = sizeOf(scenario.shape);
        const { x, base } = laidOut(
          scenario,
          Array.from({ length: count }, (_, i) => i * 100),
        );
        // The model's elements are positions in x, so that it says where each element of the value goes.
        const { real, model } = indicesFor(x.shape, scenario.items);
        const places = model({ shape: x.shape, at: (index) => positionIn(x.shape, index) });
        const before = flatOf(x);
        const part = places.shape;
        const valueShape =
          kind === 0 ? part : kind === 1 ? part.map((size, i) => (i % 2 === 0 ? 1 : size)) : [1, 1, ...part];
        const value = counted(valueShape);
        const expected = [...before];
        for (const index of indicesOf(part)) {
          const own = kind === 2 ? [0, 0, ...index] : index.map((i, axis) => (valueShape[axis] === 1 ? 0 : i));
          const place = places.at(index);
          const element = positionIn(valueShape, own);
          expected[place] = accumulate ? expected[place]! + element : element;
        }
        expect(indexPut_(x, real, value, { accumulate })).toBe(x);
        expect(flatOf(x)).toEqual(expected);
        // The elements reached the memory that the view shows, and all of them are in it.
        expect([...flatOf(base)].sort()).toEqual([...expected].sort());
      }),
      { numRuns: 2000 },
    );
  });

  test("masks read and write the same elements", () => {
    fc.assert(
      fc.property(
        scenarios,
        fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
        fc.nat(3),
        (scenario, flags, first) => {
          const { x } = laidOut(
            scenario,
            Array.from({ length: sizeOf(scenario.shape) }, (_, i) => i),
          );
          if (x.ndim === 0) return;
          const start = first % x.ndim;
          const spanned = x.shape.slice(start, start + 2);
          const mask = maskOf(spanned, (i) => flags[i % 64]!);
          const before = flatOf(x);
          const positions = indicesOf(x.shape);
          const inMask = (index: readonly number[]): boolean =>
            flags[positionIn(spanned, index.slice(start, start + spanned.length)) % 64]!;
          const indices = [...new Array<Index>(start).fill(slice()), mask];

          const picked = at(x, ...indices);
          const chosen = indicesOf(spanned).filter((_, i) => flags[i % 64]!);
          const expected = indicesOf(x.shape.slice(0, start)).flatMap((lead) =>
            chosen.flatMap((middle) =>
              indicesOf(x.shape.slice(start + spanned.length)).map(
                (tail) => before[positionIn(x.shape, [...lead, ...middle, ...tail])]!,
              ),
            ),
          );
          expect(flatOf(picked)).toEqual(expected);

          indexPut_(x, indices, -1);
          expect(flatOf(x)).toEqual(before.map((old, i) => (inMask(positions[i]!) ? -1 : old)));
          indexPut_(x, indices, picked);
          expect(flatOf(x)).toEqual(before);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("writing", () => {
  test("converts the value to the tensor's type", () => {
    const ints = counted([4], "int32");
    expect(flatOf(indexPut_(ints, [[0, -1]], tensor([7.9, -7.9])))).toEqual([7, 1, 2, -7]);
    expect(flatOf(indexPut_(ints, [slice(1, 3)], 2.5))).toEqual([7, 2, 2, -7]);
    expect(flatOf(indexPut_(counted([2], "float64"), [0], true))).toEqual([1, 1]);
  });

  test("a value that overlaps what is written counts as it was before", () => {
    const line = counted([6]);
    expect(flatOf(indexPut_(line, [[1, 2, 3, 4, 5]], at(line, slice(0, 5))))).toEqual([0, 0, 1, 2, 3, 4]);
    const own = counted([3], "int32");
    expect(flatOf(indexPut_(own, [own], flip(own, 0)))).toEqual([2, 1, 0]);
    const moved = counted([4]);
    expect(flatOf(indexPut_(moved, [slice(1)], at(moved, slice(0, 3))))).toEqual([0, 0, 1, 2]);
  });
});

describe("nonzero and maskedSelect", () => {
  test("nonzero lists positions in row-major order", async () => {
    const x = tensor([
      [0, 5, NaN],
      [6, 0, 0],
    ]);
    for (const rows of [nonzero(x), await nonzeroAsync(x)]) {
      expect([rows.dtype, arrayOf(rows)]).toEqual([
        "int32",
        [
          [0, 1],
          [0, 2],
          [1, 0],
        ],
      ]);
    }
    expect(nonzero(tensor(3)).shape).toEqual([1, 0]);
    expect(nonzero(tensor(0)).shape).toEqual([0, 0]);
    expect(nonzero(counted([0, 2])).shape).toEqual([0, 2]);
    expect(arrayOf(nonzero(tensor([0.25, 0])))).toEqual([[0]]);
  });

  test("maskedSelect broadcasts tensor and mask", async () => {
    const x = counted([2, 3]);
    const mask = tensor([true, false, true]);
    expect(arrayOf(maskedSelect(x, mask))).toEqual([0, 2, 3, 5]);
    expect(arrayOf(await maskedSelectAsync(tensor([1, 2, 3]), tensor([[true], [false]])))).toEqual([1, 2, 3]);
    expect(arrayOf(maskedSelect(tensor(4), tensor(true)))).toEqual([4]);
    expect(messageOf(() => maskedSelect(x, x))).toBe(
      "[maskedSelect] the mask is float32 · a mask is bool · compare: x.ne(0)",
    );
  });
});
