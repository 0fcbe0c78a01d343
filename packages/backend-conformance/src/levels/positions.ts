/**
 * `map` of expressions that depend on the position: `index(axis)`.
 *
 * @module
 */
import { index, rowMajorIndex, sizeOf } from "@lucid/backend";
import { map } from "../call.js";
import { type ConformanceCase, defineCase } from "../case.js";
import type { Layout } from "../layouts.js";

/** Returns the position of the row-major element `i` along `axis`. */
function along(axis: number, i: number, shape: readonly number[]): number {
  for (let inner = shape.length - 1; inner > axis; inner--) i = Math.floor(i / shape[inner]!);
  return i % shape[axis]!;
}

const domains: readonly { readonly name: string; readonly shape: readonly number[]; readonly output: Layout }[] = [
  { name: "vector", shape: [70], output: {} },
  { name: "matrix", shape: [5, 9], output: {} },
  { name: "transposed output", shape: [5, 9], output: { order: [1, 0] } },
  { name: "backward output", shape: [4, 3, 5], output: { flips: [0, 2] } },
  { name: "output slice", shape: [3, 4], output: { before: 11, steps: [1, 3], after: 5 } },
  { name: "rank 8", shape: [2, 1, 2, 3, 1, 2, 2, 2], output: { order: [6, 3, 0] } },
  { name: "size 0", shape: [2, 0], output: { after: 1 } },
];

/** Makes the cases of `index`. */
export function positionCases(): readonly ConformanceCase[] {
  return domains.map(({ name, shape, output }) =>
    defineCase(["map", "index", name], ["int32"], async (session) => {
      const range = Array.from({ length: sizeOf(shape) }, (_, i) => i);
      for (let axis = 0; axis < shape.length; axis++) {
        const target = session.output("int32", shape, output);
        map(session, [index(axis)], [], [target]);
        await session.check(target, { expected: range.map((i) => along(axis, i, shape)), name: `index(${axis})` });
      }
      const all = session.output("int32", shape, output);
      map(session, [rowMajorIndex(shape)], [], [all]);
      await session.check(all, { expected: range, name: "row-major index" });
    }),
  );
}
