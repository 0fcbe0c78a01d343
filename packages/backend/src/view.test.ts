import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contiguousStrides,
  type DeviceBuffer,
  equalShapes,
  extentOf,
  isContiguous,
  mayOverlap,
  overlapsItself,
  positionsOf,
  sameView,
  sizeOf,
  type View,
} from "./view.js";

type Layout = Pick<View, "shape" | "strides" | "offset">;

/** What the definition says, one index at a time. */
function naivePositions({ shape, strides, offset }: Layout): number[] {
  const positions: number[] = [];
  const index = shape.map(() => 0);
  const walk = (axis: number): void => {
    if (axis === shape.length) {
      positions.push(index.reduce((sum, i, k) => sum + i * strides[k]!, offset));
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) {
      index[axis] = i;
      walk(axis + 1);
    }
  };
  walk(0);
  return positions;
}

const layouts: fc.Arbitrary<Layout> = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 4 }), stride: fc.integer({ min: -13, max: 13 }) }), {
    maxLength: 4,
  })
  .chain((axes) =>
    fc.record({
      shape: fc.constant(axes.map((axis) => axis.size)),
      strides: fc.constant(axes.map((axis) => axis.stride)),
      offset: fc.integer({ min: 0, max: 20 }),
    }),
  );

/** Layouts as the framework makes them: slices, flips, permutations and expansions of row-major ones. */
const derived: fc.Arbitrary<Layout> = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      step: fc.constantFrom(1, 2, -1),
      start: fc.nat(3),
      expand: fc.boolean(),
    }),
    { maxLength: 4 },
  )
  .chain((axes) =>
    fc.tuple(
      fc.constant(axes),
      fc.shuffledSubarray(
        axes.map((_, i) => i),
        { minLength: axes.length },
      ),
    ),
  )
  .map(([axes, order]) => {
    const whole = contiguousStrides(axes.map((axis) => axis.size));
    let offset = 0;
    const parts = axes.map((axis, i) => {
      if (axis.expand && axis.size === 1) return { size: 3, stride: 0 };
      const start = axis.step < 0 ? axis.size - 1 : Math.min(axis.start, axis.size - 1);
      offset += start * whole[i]!;
      const size = axis.step < 0 ? axis.size : Math.ceil((axis.size - start) / axis.step);
      return { size, stride: whole[i]! * axis.step };
    });
    return {
      shape: order.map((i) => parts[i]!.size),
      strides: order.map((i) => parts[i]!.stride),
      offset,
    };
  });

const anyLayout = fc.oneof(layouts, derived);

describe("sizes and strides", () => {
  it("multiplies sizes", () => {
    expect([[], [3], [2, 3, 4], [2, 0, 4]].map(sizeOf)).toEqual([1, 3, 24, 0]);
  });

  it("gives row-major strides", () => {
    expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(contiguousStrides([])).toEqual([]);
    expect(contiguousStrides([2, 0, 3])).toEqual([3, 3, 1]);
  });

  it("compares shapes", () => {
    expect(equalShapes([2, 3], [2, 3])).toBe(true);
    expect(equalShapes([2, 3], [3, 2])).toBe(false);
    expect(equalShapes([2], [2, 1])).toBe(false);
    expect(equalShapes([], [])).toBe(true);
  });
});

describe("positionsOf", () => {
  it("follows strides, offset, broadcasting and flips", () => {
    expect([...positionsOf({ shape: [2, 2], strides: [1, 2], offset: 3 })]).toEqual([3, 5, 4, 6]);
    expect([...positionsOf({ shape: [2, 3], strides: [0, -1], offset: 2 })]).toEqual([2, 1, 0, 2, 1, 0]);
    expect([...positionsOf({ shape: [], strides: [], offset: 7 })]).toEqual([7]);
    expect([...positionsOf({ shape: [2, 0], strides: [1, 1], offset: 7 })]).toEqual([]);
  });

  it("returns what the definition says", () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        expect([...positionsOf(layout)]).toEqual(naivePositions(layout));
      }),
    );
  });
});

describe("isContiguous", () => {
  it("is true exactly if positions follow each other", () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const expected = naivePositions(layout).every((position, i) => position === layout.offset + i);
        expect(isContiguous(layout)).toBe(expected);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }), (shape) => {
        expect(isContiguous({ shape, strides: contiguousStrides(shape) })).toBe(true);
      }),
    );
  });
});

describe("extentOf", () => {
  it("is the lowest and highest position", () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const positions = naivePositions(layout);
        const expected =
          positions.length === 0 ? undefined : { low: Math.min(...positions), high: Math.max(...positions) };
        expect(extentOf(layout)).toEqual(expected);
      }),
    );
  });
});

describe("overlap", () => {
  const buffer: DeviceBuffer = { dtype: "float32", length: 1000 };
  const other: DeviceBuffer = { dtype: "float32", length: 1000 };
  const view = (layout: Layout, of: DeviceBuffer = buffer): View => ({ buffer: of, dtype: "float32", ...layout });

  it("is never missed between two views", () => {
    fc.assert(
      fc.property(anyLayout, anyLayout, (a, b) => {
        const positions = new Set(naivePositions(a));
        if (naivePositions(b).some((position) => positions.has(position))) {
          expect(mayOverlap(view(a), view(b))).toBe(true);
        }
        expect(mayOverlap(view(a), view(b))).toBe(mayOverlap(view(b), view(a)));
        expect(mayOverlap(view(a), view(b, other))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("is not reported where there is none: between neighbouring slices, and for empty views", () => {
    const left = view({ shape: [4], strides: [1], offset: 0 });
    const right = view({ shape: [4], strides: [-1], offset: 7 });
    const empty = view({ shape: [0], strides: [1], offset: 2 });
    expect(mayOverlap(left, right)).toBe(false);
    expect(mayOverlap(left, empty)).toBe(false);
    expect(mayOverlap(left, view({ shape: [2], strides: [1], offset: 3 }))).toBe(true);
  });

  it("of a view with itself is never missed", () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const positions = naivePositions(layout);
        if (new Set(positions).size < positions.length) expect(overlapsItself(layout)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("of a view with itself is not reported for slices, flips and permutations of a tensor", () => {
    fc.assert(
      fc.property(derived, (layout) => {
        const positions = naivePositions(layout);
        expect(overlapsItself(layout)).toBe(new Set(positions).size < positions.length);
      }),
    );
    expect(overlapsItself({ shape: [3, 2], strides: [1, 1] })).toBe(true);
    expect(overlapsItself({ shape: [0, 2], strides: [0, 0] })).toBe(false);
    expect(overlapsItself({ shape: [1, 2], strides: [0, 1] })).toBe(false);
  });

  it("sameView recognises equal views", () => {
    const a = view({ shape: [2, 3], strides: [3, 1], offset: 1 });
    expect(sameView(a, a)).toBe(true);
    expect(sameView(a, view({ shape: [2, 3], strides: [3, 1], offset: 1 }))).toBe(true);
    expect(sameView(a, view({ shape: [2, 3], strides: [3, 1], offset: 1 }, other))).toBe(false);
    expect(sameView(a, view({ shape: [2, 3], strides: [3, 1], offset: 2 }))).toBe(false);
    expect(sameView(a, view({ shape: [3, 2], strides: [3, 1], offset: 1 }))).toBe(false);
    expect(sameView(a, view({ shape: [2, 3], strides: [1, 3], offset: 1 }))).toBe(false);
  });
});
