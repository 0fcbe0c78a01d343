import { sizeOf } from "@lucid/backend";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  diagonal,
  expand,
  flatten,
  flip,
  movedim,
  narrow,
  permute,
  reshape,
  select,
  squeeze,
  transpose,
  unfold,
  unsqueeze,
  view,
} from "./index.js";
import { reshapeStrides } from "../../primitives/layout.js";
import type { Tensor } from "../../tensor/tensor.js";
import { countedModel, flatModel, type Model, reshapeModel } from "../../../test/model.js";
import { counted, flatOf } from "../../../test/support.js";

/** A source of numbers for one step: `pick(n)` gives 0 … n − 1. */
type Pick = (count: number) => number;

interface Pair {
  readonly x: Tensor;
  readonly model: Model;
}

/** Any way to write a size as a product of sizes. */
function factors(size: number, pick: Pick): number[] {
  if (size === 0) return [pick(3), 0, 1 + pick(3)];
  const shape: number[] = [];
  let rest = size;
  while (rest > 1 && shape.length < 4) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((d) => rest % d === 0);
    const next = divisors[pick(divisors.length)]!;
    shape.push(next);
    rest /= next;
  }
  if (rest > 1) shape.push(rest);
  if (pick(2) === 1) shape.splice(pick(shape.length + 1), 0, 1);
  return shape;
}

const without = (list: readonly number[], axis: number): readonly number[] => list.filter((_, i) => i !== axis);
const withAt = (list: readonly number[], axis: number, value: number): readonly number[] => [
  ...list.slice(0, axis),
  value,
  ...list.slice(axis),
];

/** What can be done to a tensor and its model; each step needs at least `rank` axes. */
const steps: Readonly<Record<string, { readonly rank: number; readonly apply: (pair: Pair, pick: Pick) => Pair }>> = {
  permute: {
    rank: 0,
    apply: ({ x, model }, pick) => {
      const axes: number[] = [];
      for (let i = 0; i < x.ndim; i++) axes.splice(pick(axes.length + 1), 0, i);
      return {
        x: permute(x, axes),
        model: {
          shape: axes.map((axis) => model.shape[axis]!),
          at: (index) => {
            const old: number[] = [];
            axes.forEach((axis, i) => {
              old[axis] = index[i]!;
            });
            return model.at(old);
          },
        },
      };
    },
  },
  transpose: {
    rank: 1,
    apply: ({ x, model }, pick) => {
      const a = pick(x.ndim);
      const b = pick(x.ndim);
      const swap = (list: readonly number[]): readonly number[] =>
        list.map((value, i) => (i === a ? list[b]! : i === b ? list[a]! : value));
      return {
        x: transpose(x, a - x.ndim, b),
        model: { shape: swap(model.shape), at: (index) => model.at(swap(index)) },
      };
    },
  },
  movedim: {
    rank: 1,
    apply: ({ x, model }, pick) => {
      const from = pick(x.ndim);
      const to = pick(x.ndim);
      const move = (list: readonly number[]): readonly number[] => withAt(without(list, from), to, list[from]!);
      const back = (list: readonly number[]): readonly number[] => withAt(without(list, to), from, list[to]!);
      return {
        x: movedim(x, from, to - x.ndim),
        model: { shape: move(model.shape), at: (index) => model.at(back(index)) },
      };
    },
  },
  reshape: {
    rank: 0,
    apply: ({ x, model }, pick) => {
      const shape = factors(sizeOf(x.shape), pick);
      const open = sizeOf(x.shape) > 0 && shape.length > 0 && pick(2) === 1 ? pick(shape.length) : -1;
      return {
        x: reshape(
          x,
          shape.map((size, i) => (i === open ? -1 : size)),
        ),
        model: reshapeModel(model, shape),
      };
    },
  },
  flatten: {
    rank: 1,
    apply: ({ x, model }, pick) => {
      const start = pick(x.ndim);
      const end = start + pick(x.ndim - start);
      const shape = [
        ...model.shape.slice(0, start),
        sizeOf(model.shape.slice(start, end + 1)),
        ...model.shape.slice(end + 1),
      ];
      return { x: flatten(x, start, end - x.ndim), model: reshapeModel(model, shape) };
    },
  },
  squeeze: {
    rank: 0,
    apply: ({ x, model }) => ({
      x: squeeze(x),
      model: reshapeModel(
        model,
        model.shape.filter((size) => size !== 1),
      ),
    }),
  },
  unsqueeze: {
    rank: 0,
    apply: ({ x, model }, pick) => {
      const axis = pick(x.ndim + 1);
      return { x: unsqueeze(x, axis - x.ndim - 1), model: reshapeModel(model, withAt(model.shape, axis, 1)) };
    },
  },
  expand: {
    rank: 0,
    apply: ({ x, model }, pick) => {
      const lead = pick(2) === 1 ? [1 + pick(2)] : [];
      const shape = [...lead, ...model.shape.map((size) => (size === 1 ? pick(3) : size))];
      return {
        x: expand(x, shape),
        model: {
          shape,
          at: (index) => model.at(index.slice(lead.length).map((i, axis) => (model.shape[axis] === 1 ? 0 : i))),
        },
      };
    },
  },
  flip: {
    rank: 1,
    apply: ({ x, model }, pick) => {
      const axis = pick(x.ndim);
      return {
        x: flip(x, axis),
        model: {
          shape: model.shape,
          at: (index) => model.at(index.map((i, a) => (a === axis ? model.shape[a]! - 1 - i : i))),
        },
      };
    },
  },
  narrow: {
    rank: 1,
    apply: ({ x, model }, pick) => {
      const axis = pick(x.ndim);
      const size = model.shape[axis]!;
      const start = pick(size + 1);
      const length = pick(size - start + 1);
      return {
        x: narrow(x, axis, start, length),
        model: {
          shape: model.shape.map((old, a) => (a === axis ? length : old)),
          at: (index) => model.at(index.map((i, a) => (a === axis ? i + start : i))),
        },
      };
    },
  },
  select: {
    rank: 1,
    apply: (pair, pick) => {
      const { x, model } = pair;
      const axis = pick(x.ndim);
      const size = model.shape[axis]!;
      if (size === 0) return pair;
      const position = pick(size);
      return {
        x: select(x, axis, position - size),
        model: { shape: without(model.shape, axis), at: (index) => model.at(withAt(index, axis, position)) },
      };
    },
  },
  diagonal: {
    rank: 2,
    apply: ({ x, model }, pick) => {
      const a = pick(x.ndim);
      const b = (a + 1 + pick(x.ndim - 1)) % x.ndim;
      const offset = pick(5) - 2;
      const down = Math.max(-offset, 0);
      const right = Math.max(offset, 0);
      const size = Math.max(0, Math.min(model.shape[a]! - down, model.shape[b]! - right));
      const rest = model.shape.filter((_, axis) => axis !== a && axis !== b);
      return {
        x: diagonal(x, offset, a, b),
        model: {
          shape: [...rest, size],
          at: (index) => {
            const place = index[index.length - 1]!;
            let next = 0;
            return model.at(
              model.shape.map((_, axis) => (axis === a ? place + down : axis === b ? place + right : index[next++]!)),
            );
          },
        },
      };
    },
  },
  unfold: {
    rank: 1,
    apply: ({ x, model }, pick) => {
      const axis = pick(x.ndim);
      const length = model.shape[axis]!;
      const size = pick(length + 1);
      const step = 1 + pick(3);
      const windows = Math.floor((length - size) / step) + 1;
      return {
        x: unfold(x, axis, size, step),
        model: {
          shape: [...model.shape.map((old, a) => (a === axis ? windows : old)), size],
          at: (index) =>
            model.at(index.slice(0, -1).map((i, a) => (a === axis ? i * step + index[index.length - 1]! : i))),
        },
      };
    },
  },
};

const names = Object.keys(steps);
const MOST = 600;

/** A chain of steps on a small array, never growing far. */
function walk(shape: readonly number[], chain: readonly (readonly number[])[], see: (pair: Pair) => void): void {
  let pair: Pair = { x: counted(shape), model: countedModel(shape) };
  for (const numbers of chain) {
    let next = 1;
    const pick: Pick = (count) => numbers[next++ % numbers.length]! % Math.max(count, 1);
    const { rank, apply } = steps[names[numbers[0]! % names.length]!]!;
    if (pair.x.ndim < rank || pair.x.ndim > 5) continue;
    const result = apply(pair, pick);
    if (sizeOf(result.model.shape) > MOST) continue;
    pair = result;
    see(pair);
  }
}

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const filledShapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const chains = fc.array(fc.array(fc.nat(10000), { minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 7 });

describe("chains of views", () => {
  test("agree with a naive model", () => {
    fc.assert(
      fc.property(fc.oneof(filledShapes, filledShapes, shapes), chains, (shape, chain) => {
        walk(shape, chain, ({ x, model }) => {
          expect(x.shape).toEqual(model.shape);
          expect(flatOf(x)).toEqual(flatModel(model));
        });
      }),
      { numRuns: 1500 },
    );
  });
});

describe("reshapeStrides", () => {
  const positions = (shape: readonly number[], strides: readonly number[]): readonly number[] =>
    flatModel({ shape, at: (index) => index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0) });

  test("returns strides for the same elements, and undefined only if a copy is needed", () => {
    let views = 0;
    let copies = 0;
    fc.assert(
      fc.property(
        filledShapes,
        chains,
        fc.array(fc.nat(1000), { minLength: 9, maxLength: 9 }),
        (shape, chain, numbers) => {
          walk(shape, chain, ({ x }) => {
            let next = 0;
            const to = factors(x.numel(), (count) => numbers[next++ % numbers.length]! % Math.max(count, 1));
            const strides = reshapeStrides(x.layout, to);
            const old = positions(x.layout.shape, x.layout.strides);
            if (strides !== undefined) {
              views++;
              if (x.numel() > 0) expect(positions(to, strides)).toEqual(old);
              return;
            }
            copies++;
            // The only strides that could do it are the distances of neighbours along each axis.
            let block = 1;
            const guess = new Array<number>(to.length).fill(0);
            for (let axis = to.length - 1; axis >= 0; axis--) {
              guess[axis] = to[axis]! > 1 ? old[block]! - old[0]! : 0;
              block *= to[axis]!;
            }
            expect(positions(to, guess)).not.toEqual(old);
          });
        },
      ),
      { numRuns: 3000 },
    );
    expect(views).toBeGreaterThan(1000);
    expect(copies).toBeGreaterThan(300);
  });

  test("returns contiguous strides for contiguous views", () => {
    expect(reshapeStrides({ shape: [4], strides: [1] }, [1, 2, 1, 2, 1])).toEqual([4, 2, 2, 1, 1]);
    expect(reshapeStrides({ shape: [2, 3], strides: [1, 2] }, [2, 1, 3])).toEqual([1, 6, 2]);
    expect(reshapeStrides({ shape: [], strides: [] }, [1, 1])).toEqual([1, 1]);
    expect(reshapeStrides({ shape: [0, 3], strides: [1, 5] }, [3, 0])).toEqual([1, 1]);
    expect(reshapeStrides({ shape: [3], strides: [0] }, [3, 1])).toEqual([0, 1]);
  });

  test("makes view refuse what reshape copies", () => {
    const x = transpose(counted([2, 3]), 0, 1);
    expect(flatOf(reshape(x, 6))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(() => view(x, 6)).toThrow(
      "[view] [3, 2] with strides [1, 3] has no view of shape [6] · a view cannot move elements · use reshape(), which copies where it must",
    );
  });
});
