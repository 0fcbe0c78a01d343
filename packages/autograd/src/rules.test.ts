import { constant, input, op, scalar } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import {
  callAssign,
  callConcatenate,
  callGather,
  callMap,
  callMatmul,
  callReduce,
  callScan,
  callScatter,
  callSort,
  callTransfer,
  callView,
  diagonalView,
  expandView,
  permuteView,
  reshapeView,
  sliceView,
  unfoldView,
  type ViewStep,
} from "@lucid/tensor/extend";
import { add, mul, setDefaultBackend, Tensor } from "@lucid/tensor/functions";
import { beforeAll, describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck } from "./index.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

/** A float64 leaf of distinct values away from zero and from ties. */
function leaf(shape: readonly number[], start = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float64Array.from({ length: size }, (_, i) => 0.4 + 1.3 * Math.sin(1 + 2.1 * (i + start)));
  const flat = new Tensor(values);
  return callView(reshapeView, flat, { shape }).detach().requiresGrad_();
}

const indices = (values: readonly number[], shape: readonly number[]): Tensor =>
  callView(reshapeView, new Tensor(Int32Array.from(values)), { shape });

/** Checks first and second derivatives. */
function check(fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[], inputs: readonly Tensor[]): void {
  expect(gradcheck(fn, inputs)).toBe(true);
  expect(gradgradcheck(fn, inputs)).toBe(true);
}

const x0 = input(0, "float64");
const x1 = input(1, "float64");

describe("every rule agrees with finite differences in first and second order:", () => {
  it("map, with broadcasting on either side, numbers and several outputs", () => {
    const f = [
      op("mul", op("exp", x0), op("add", x1, scalar(0, "float64"))),
      op("div", x1, op("add", op("mul", x0, x0), constant(1, "float64"))),
    ];
    check((a, b) => callMap("test", [a, b], f, [2.5]), [leaf([2, 3]), leaf([3], 9)]);
    check((a, b) => callMap("test", [a, b], f, [2.5]), [leaf([1, 3]), leaf([2, 1], 9)]);
    check((a, b) => callMap("test", [a, b], f, [2.5]), [leaf([]), leaf([2], 9)]);
  });

  const reduction =
    (name: "sum" | "prod" | "max" | "min", axes: readonly number[], keepdim: boolean, finish = false) =>
    (a: Tensor): Tensor =>
      callReduce(
        [a],
        {
          op: name,
          value: x0,
          finish: finish ? op("exp", op("mul", x0, scalar(0, "float64"))) : undefined,
          axes,
          keepdim,
          name,
        },
        [0.3],
      );

  it("reduce: sum, prod, max and min over any axes", () => {
    for (const name of ["sum", "prod", "max", "min"] as const) {
      for (const axes of [[0], [1], [0, 2], [0, 1, 2], []]) {
        for (const keepdim of [false, true]) check(reduction(name, axes, keepdim), [leaf([2, 3, 2])]);
      }
    }
  });

  it("reduce with a finish that reads the accumulated value", () => {
    for (const name of ["sum", "prod", "max"] as const) check(reduction(name, [1], false, true), [leaf([2, 3])]);
  });

  it("reduce of an expression over broadcast tensors", () => {
    const value = op("mul", op("sub", x0, x1), op("tanh", op("sub", x0, x1)));
    for (const name of ["sum", "prod", "max"] as const) {
      const fn = (a: Tensor, b: Tensor): Tensor =>
        callReduce([a, b], { op: name, value, finish: undefined, axes: [0, 1], keepdim: false, name });
      check(fn, [leaf([3, 2]), leaf([2], 5)]);
    }
  });

  it("prod at zeros: no, one and two of them", () => {
    for (const values of [
      [2, 3, 4],
      [2, 0, 4],
      [0, 3, 0],
      [0, 0, 0],
    ]) {
      const x = new Tensor(Float64Array.from(values), { requiresGrad: true });
      check(reduction("prod", [0], false), [x]);
    }
  });

  it("matmul, batched and broadcast, with and without an epilogue", () => {
    check((a, b) => callMatmul(a, b), [leaf([2, 3]), leaf([3, 4], 7)]);
    check((a, b) => callMatmul(a, b), [leaf([2, 2, 3]), leaf([3, 2], 7)]);
    check((a, b) => callMatmul(a, b), [leaf([2, 1, 2, 2]), leaf([3, 2, 1], 7)]);
    check((a, b) => callMatmul(a, b, { transposeA: true }), [leaf([3, 2]), leaf([3, 4], 7)]);
    check((a, b) => callMatmul(a, b, { transposeB: true }), [leaf([2, 3]), leaf([4, 3], 7)]);
    check((a, b) => callMatmul(a, b, { transposeA: true, transposeB: true }), [leaf([2, 3, 2]), leaf([4, 3], 7)]);
    const bias = op("add", x0, op("mul", x1, scalar(0, "float64")));
    check(
      (a, b, c) => callMatmul(a, b, { epilogue: bias, extras: [c], scalars: [3] }),
      [leaf([2, 3]), leaf([3, 2], 7), leaf([2], 3)],
    );
    const heavy = op("mul", op("tanh", x0), x1);
    check(
      (a, b, c) => callMatmul(a, b, { epilogue: heavy, extras: [c] }),
      [leaf([2, 3]), leaf([3, 2], 7), leaf([2], 3)],
    );
  });

  it("gather with duplicates, and scatter in every differentiable mode", () => {
    const index = indices([0, 2, 2, 1, 1, 0], [3, 2]);
    check((a) => callGather(a, index, 0), [leaf([3, 2])]);
    const rows = indices([2, 0], [2, 1]);
    const across = (): Tensor => callView(expandView, rows, { shape: [2, 3] });
    for (const mode of ["set", "add", "max", "min"] as const) {
      check((a, b) => callScatter(mode, a, b, across(), 0), [leaf([3, 3]), leaf([2, 3], 4)]);
    }
    check((a, b) => callScatter("add", a, b, indices([1, 1, 1], [3]), 0), [leaf([3]), leaf([3], 4)]);
  });

  it("scatter of products, also with several factors that are 0 in one place", () => {
    const whole = (values: readonly number[], shape: readonly number[]): Tensor =>
      callView(reshapeView, new Tensor(Float64Array.from(values)), { shape })
        .detach()
        .requiresGrad_();
    const index = indices([0, 0, 2, 0, 2, 1, 2], [7]);
    const product = (a: Tensor, b: Tensor): Tensor => callScatter("prod", a, b, index, 0);
    check(product, [leaf([3]), leaf([7], 4)]);
    check(product, [whole([2, 0, -1], [3]), whole([0, 0, 3, 2, 0, 0, 0], [7])]);
    check(product, [whole([0, 0, 0], [3]), whole([0, 1.5, 3, 2, 0, 0, 4], [7])]);
    const rows = indices([0, 1, 0, 0, 1, 1, 0, 0], [2, 4]);
    check((a, b) => callScatter("prod", a, b, rows, 1), [leaf([2, 2]), whole([0, 0, 0, 3, 2, 0, 1, 4], [2, 4])]);
  });

  it("scan and sort", () => {
    check((a) => callScan("sum", a, 1), [leaf([2, 4])]);
    check((a) => callSort(a, 0)[0], [leaf([5, 2])]);
  });

  it("views", () => {
    check((a) => callView(reshapeView, a, { shape: [3, 2] }), [leaf([2, 3])]);
    check((a) => callView(permuteView, a, { axes: [2, 0, 1] }), [leaf([2, 3, 2])]);
    check((a) => callView(expandView, a, { shape: [4, 2, 3] }), [leaf([2, 1])]);
    check((a) => callView(sliceView, a, { starts: [1, 2], steps: [1, -2], sizes: [2, 2] }), [leaf([3, 3])]);
    check((a) => callView(diagonalView, a, { offset: 1, axis1: 0, axis2: 1 }), [leaf([3, 4])]);
    check((a) => callView(unfoldView, a, { axis: 0, size: 3, step: 1 }), [leaf([5, 2])]);
    check((a) => callView(unfoldView, a, { axis: 1, size: 2, step: 3 }), [leaf([2, 6])]);
  });

  it("assign, concatenate and transfer", () => {
    const steps: readonly ViewStep[] = [
      { view: "slice", attributes: { starts: [1, 0], steps: [1, 1], sizes: [2, 2] } },
    ];
    check((a, b) => callAssign(a, b, steps), [leaf([3, 2]), leaf([2], 3)]);
    check((a, b) => callConcatenate([a, b, a], 1), [leaf([2, 1]), leaf([2, 3], 3)]);
    const other = createCpuBackend();
    check((a) => mul(callTransfer(add(a, a), other), 1), [leaf([3])]);
  });
});
