/**
 * Splitting of calls that exceed the limits of a backend.
 *
 * @module
 */
import type { Backend, Epilogue, Limits } from "../backend.js";
import { dtypes } from "../dtype.js";
import { input } from "../expr/build.js";
import type { Deferred } from "../outcome.js";
import type { DeviceBuffer, View } from "../view.js";
import { boxesOf, inside } from "./boxes.js";
import { joinDeferred } from "./deferred.js";
import { limitedMap, withTemporaries } from "./map.js";
import { limitedReduce } from "./reduce.js";

/** The members of a backend that compute. */
export type Computing<B extends DeviceBuffer = DeviceBuffer> = Pick<
  Backend<B>,
  "map" | "reduce" | "matmul" | "gather" | "scatter" | "scan" | "sort"
>;

const known = new WeakMap<Backend, Computing>();

/**
 * Returns the members of a backend that compute, for calls of any size: calls that exceed `capabilities.limits` are
 * split. A backend without limits is returned itself.
 *
 * @example
 * ```ts
 * const cpu = createCpuBackend();
 * withinLimits(cpu) === cpu; // → true
 * const small = extendBackend(cpu, { capabilities: { limits: { callElements: 4096 } } });
 * Object.keys(withinLimits(small)); // → ["map", "reduce", "matmul", "gather", "scatter", "scan", "sort"]
 * ```
 */
export function withinLimits<B extends DeviceBuffer>(backend: Backend<B>): Computing<B> {
  const { limits } = backend.capabilities;
  if (limits === undefined) return backend;
  let made = known.get(backend);
  if (made === undefined) {
    made = limited(backend, limits);
    known.set(backend, made);
  }
  return made;
}

function limited<B extends DeviceBuffer>(base: Backend<B>, limits: Limits): Computing<B> {
  const { views = Infinity, callElements } = limits;
  const map = limitedMap(base, limits);
  const matmulBoxes = (a: View<B>, b: View<B>, output: View<B>, epilogue?: Epilogue<B>): void => {
    const rank = output.shape.length;
    const batch = Array.from({ length: rank - 2 }, (_, axis) => axis);
    for (const box of boxesOf(output.shape, callElements)) {
      base.matmul(
        inside(a, box, [...batch, rank - 2]),
        inside(b, box, [...batch, rank - 1]),
        inside(output, box),
        epilogue && { ...epilogue, inputs: epilogue.inputs.map((view) => inside(view, box)) },
      );
    }
  };
  /** Returns all axes of a view but one. */
  const othersOf = ({ shape }: View<B>, axis: number): readonly number[] =>
    shape.map((_, other) => other).filter((other) => other !== axis);
  return {
    map,
    reduce: limitedReduce(base, limits, map),
    matmul(a, b, output, epilogue) {
      if (epilogue === undefined || 3 + epilogue.inputs.length <= views) {
        matmulBoxes(a, b, output, epilogue);
        return;
      }
      withTemporaries(base, ({ make }) => {
        const product = make(dtypes[a.dtype].compute, output.shape);
        matmulBoxes(a, b, product);
        const { expr, inputs, scalars } = epilogue;
        map({ exprs: [expr], inputs: [product, ...inputs], scalars, outputs: [output] });
      });
    },
    gather(source, index, axis, output) {
      const others = othersOf(output, axis);
      const parts = boxesOf(output.shape, callElements).map(
        (box) => base.gather(inside(source, box, others), inside(index, box), axis, inside(output, box)) || undefined,
      );
      return joinDeferred(parts);
    },
    scatter(mode, source, index, axis, output) {
      const boxes = boxesOf(source.shape, callElements);
      if (boxes.length === 1) return base.scatter(mode, source, index, axis, output);
      let outcome: Deferred | undefined;
      // An index out of range must leave the output unchanged, so the parts are written to a copy.
      withTemporaries(base, ({ make }) => {
        const result = make(output.dtype, output.shape);
        const identity = [input(0, output.dtype)];
        map({ exprs: identity, inputs: [output], scalars: [], outputs: [result] });
        const others = othersOf(output, axis);
        outcome = joinDeferred(
          boxes.map(
            (box) =>
              base.scatter(mode, inside(source, box), inside(index, box), axis, inside(result, box, others)) ||
              undefined,
          ),
        );
        map({ exprs: identity, inputs: [result], scalars: [], outputs: [output] });
      });
      return outcome;
    },
    scan(op, x, axis, output) {
      for (const box of boxesOf(x.shape, callElements, [axis])) {
        base.scan(op, inside(x, box), axis, inside(output, box));
      }
    },
    sort(x, axis, values, indices) {
      for (const box of boxesOf(x.shape, callElements, [axis])) {
        base.sort(inside(x, box), axis, inside(values, box), inside(indices, box));
      }
    },
  };
}
