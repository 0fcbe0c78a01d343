/** What the contract leaves open, no case decides: backends that choose differently pass. */
import {
  type Backend,
  contiguousStrides,
  dtypes,
  extendBackend,
  input,
  isStorageType,
  positionsOf,
  type View,
} from "@lucid/backend";
import { createMinimalBackend, type HostBuffer } from "minimal-backend";
import { expect, it } from "vitest";
import { conformanceCases, runConformance } from "./cases.js";

type HostView = View<HostBuffer>;
const minimal: Backend<HostBuffer> = createMinimalBackend();

/** A fresh contiguous view for what belongs into another. */
function scratch({ shape }: HostView, dtype: HostView["dtype"]): HostView {
  const length = shape.reduce((n, size) => n * size, 1);
  return { buffer: minimal.allocate(dtype, length), dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

/** Gives every 0 in a view of floats the sign −. */
function negateZeros(view: HostView): void {
  if (dtypes[view.dtype].kind !== "float" || isStorageType(view.dtype)) return;
  const { data } = view.buffer;
  for (const at of positionsOf(view)) if (data[at] === 0) data[at] = -0;
}

it("the sign of sums that are 0 is not defined, and either sign passes", async () => {
  const negative = extendBackend(minimal, {
    reduce(call) {
      if (call.op !== "sum") return minimal.reduce(call);
      const { value, finish = input(0, value.dtype), scalars, output } = call;
      const sums = scratch(output, value.dtype);
      minimal.reduce({ ...call, finish: undefined, output: sums });
      negateZeros(sums);
      minimal.map({ exprs: [finish], inputs: [sums], scalars, outputs: [output] });
    },
    scan(op, x, axis, output) {
      minimal.scan(op, x, axis, output);
      if (op === "sum") negateZeros(output);
    },
    matmul(a, b, output, epilogue) {
      const { compute } = dtypes[a.dtype];
      const product = scratch(output, compute);
      minimal.matmul(a, b, product);
      negateZeros(product);
      const { expr = input(0, compute), inputs = [], scalars = [] } = epilogue ?? {};
      minimal.map({ exprs: [expr], inputs: [product, ...inputs], scalars, outputs: [output] });
    },
  });
  // The other levels compute no sums.
  const without = ["buffers", "map", "casts", "gather", "scatter", "sort", "random"];
  const cases = conformanceCases().filter(({ level }) => !without.includes(level));
  expect(cases.length).toBeGreaterThan(1500);
  expect((await runConformance(negative, { cases })).problems).toEqual([]);
});
