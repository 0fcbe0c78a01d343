import { createCpuBackend } from "@lucid/backend-cpu";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { add, elementwise, setDefaultBackend, sub, type Tensor, where } from "../../index.js";
import { flatModel, indicesOf, type Model, modelOf } from "../../../test/model.js";
import { flatOf, shaped } from "../../../test/support.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

/** A shape, and shapes that broadcast to it: axes dropped from the front, others set to 1. */
const family = (
  count: number,
): fc.Arbitrary<{ readonly shape: readonly number[]; readonly parts: readonly (readonly number[])[] }> =>
  fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      parts: fc.array(
        fc
          .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
          .map(([dropped, ones]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(dropped)),
        { minLength: count, maxLength: count },
      ),
    }),
  );

/** The element that a broadcast array has at an index of the result. */
function broadcastAt(model: Model, index: readonly number[]): number {
  const tail = index.slice(index.length - model.shape.length);
  return model.at(tail.map((position, axis) => (model.shape[axis] === 1 ? 0 : position)));
}

/** The broadcast shape, axis by axis from the right. */
function commonShape(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

function operands(parts: readonly (readonly number[])[]): readonly (readonly [Tensor, Model])[] {
  return parts.map((shape, i) => {
    const values = indicesOf(shape).map((_, position) => (i + 1) * 100 + position);
    return [shaped(values, shape), modelOf(values, shape)];
  });
}

test("two operands broadcast as in a naive model", () => {
  fc.assert(
    fc.property(family(2), ({ parts }) => {
      const [[x, a], [y, b]] = operands(parts) as readonly [readonly [Tensor, Model], readonly [Tensor, Model]];
      const shape = commonShape(parts);
      const result = sub(x, y);
      expect(result.shape).toEqual(shape);
      expect(flatOf(result)).toEqual(
        flatModel({ shape, at: (index) => broadcastAt(a, index) - broadcastAt(b, index) }),
      );
    }),
  );
});

test("three operands broadcast together, in one kernel", () => {
  const combined = elementwise((x, y, z) => x.mul(1000).add(y).sub(z));
  fc.assert(
    fc.property(family(3), ({ parts }) => {
      const all = operands(parts);
      const [x, y, z] = all.map(([tensor]) => tensor) as [Tensor, Tensor, Tensor];
      const [a, b, c] = all.map(([, model]) => model) as [Model, Model, Model];
      const shape = commonShape(parts);
      const result = combined(x, y, z);
      expect(result.shape).toEqual(shape);
      const at = (index: readonly number[]): number =>
        broadcastAt(a, index) * 1000 + broadcastAt(b, index) - broadcastAt(c, index);
      expect(flatOf(result)).toEqual(flatModel({ shape, at }));
      expect(flatOf(where(x.gt(102), y, z))).toEqual(
        flatModel({
          shape,
          at: (index) => (broadcastAt(a, index) > 102 ? broadcastAt(b, index) : broadcastAt(c, index)),
        }),
      );
    }),
  );
});

test("in place, the target's shape is the result's", () => {
  fc.assert(
    fc.property(family(1), ({ shape, parts }) => {
      const [[y, b]] = operands(parts) as readonly [readonly [Tensor, Model]];
      const values = indicesOf(shape).map((_, position) => position);
      const x = shaped(values, shape);
      expect(x.add_(y)).toBe(x);
      const a = modelOf(values, shape);
      expect(flatOf(x)).toEqual(flatModel({ shape, at: (index) => a.at(index) + broadcastAt(b, index) }));
    }),
  );
});

test("shapes that do not fit are refused", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 }),
      fc.nat(2),
      fc.integer({ min: 2, max: 5 }),
      (shape, at, size) => {
        const axis = at % shape.length;
        fc.pre(shape[axis] !== size);
        const other = shape.map((own, i) => (i === axis ? size : own));
        const x = shaped(new Array(shape.reduce((a, b) => a * b, 1)).fill(0), shape);
        const y = shaped(new Array(other.reduce((a, b) => a * b, 1)).fill(0), other);
        expect(() => add(x, y)).toThrow(`[add] shapes do not broadcast: [${shape.join(", ")}] · [${other.join(", ")}]`);
      },
    ),
  );
});
