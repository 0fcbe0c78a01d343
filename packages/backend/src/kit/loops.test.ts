import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contiguousStrides, positionsOf } from "../view.js";
import { collapse } from "./loops.js";

describe("collapse", () => {
  it("merges axes that have one stride together", () => {
    expect(collapse([2, 3, 4], [[12, 4, 1]])).toEqual({ shape: [24], strides: [[1]] });
    expect(
      collapse(
        [2, 3, 4],
        [
          [12, 4, 1],
          [0, 4, 1],
        ],
      ),
    ).toEqual({
      shape: [2, 12],
      strides: [
        [12, 1],
        [0, 1],
      ],
    });
    expect(collapse([2, 1, 4], [[4, 99, 1]])).toEqual({ shape: [8], strides: [[1]] });
    expect(
      collapse(
        [3, 2],
        [
          [-2, -1],
          [0, 0],
        ],
      ),
    ).toEqual({ shape: [6], strides: [[-1], [0]] });
    expect(collapse([], [[]])).toEqual({ shape: [], strides: [[]] });
    expect(collapse([1, 1], [[5, 5]])).toEqual({ shape: [], strides: [[]] });
  });

  it("keeps every operand's positions in order, in as few axes", () => {
    const nests = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }).chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(
          fc.oneof(
            fc.constant([...contiguousStrides(shape)]),
            fc.tuple(...shape.map(() => fc.integer({ min: -6, max: 6 }))).map((strides) => [...strides]),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      ),
    );
    fc.assert(
      fc.property(nests, ([shape, strides]) => {
        const nest = collapse(shape, strides);
        expect(nest.shape.length).toBeLessThanOrEqual(shape.length);
        expect(nest.shape).not.toContain(1);
        expect(nest.strides.length).toBe(strides.length);
        for (const [i, operand] of strides.entries()) {
          expect(positionsOf({ shape: nest.shape, strides: nest.strides[i]!, offset: 5 })).toEqual(
            positionsOf({ shape, strides: operand, offset: 5 }),
          );
        }
        // No two neighbours are left that could merge.
        const mergeable = nest.shape.some(
          (size, axis) => axis > 0 && nest.strides.every((operand) => operand[axis - 1] === operand[axis]! * size),
        );
        expect(mergeable).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("does not change its arguments", () => {
    const shape = Object.freeze([2, 3]);
    const strides = Object.freeze([Object.freeze([3, 1])]);
    expect(collapse(shape, strides)).toEqual({ shape: [6], strides: [[1]] });
  });
});
