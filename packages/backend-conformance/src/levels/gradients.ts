/**
 * The level `gradients`: the derivative of every primitive, computed by the framework and compared with differences of
 * float64 references.
 *
 * @module
 */
import { grad } from "@lucid/autograd";
import { extendBackend } from "@lucid/backend";
import { add, matmul, mul, square, type Tensor, tensor } from "@lucid/tensor";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import type { Numbers } from "../framework/arrays.js";
import { agree, checkGradients, elements, type HostTensor, place } from "../framework/check.js";
import { elementRows } from "./gradients-elements.js";
import { mapGradientCases } from "./gradients-map.js";
import { reductionRows } from "./gradients-reduce.js";
import { host, type Row } from "./gradients-rows.js";
import type { FloatType } from "../types.js";

const rows: readonly Row[] = [...reductionRows, ...elementRows];

/** A scalar function, its input, and the gradient of the sum of its squared gradient. */
interface SecondOrder {
  readonly name: string;
  readonly input: HostTensor;
  readonly of: (x: Tensor) => Tensor;
  /** Computes the gradient of Σ (∂of/∂x)² in closed form. */
  readonly expected: (x: Numbers) => readonly number[];
}

const secondOrders: readonly SecondOrder[] = [
  {
    name: "map",
    input: host([6]),
    of: (x) => x.pow(3).sum(),
    // The squared gradient is (3x²)² = 9x⁴.
    expected: (x) => x.map((v) => 36 * v ** 3),
  },
  {
    name: "sine",
    input: host([6]),
    of: (x) => x.sin().sum(),
    // The squared gradient is cos² x.
    expected: (x) => x.map((v) => -2 * Math.sin(v) * Math.cos(v)),
  },
  {
    name: "matmul",
    input: host([3, 3]),
    of: (x) => matmul(x, x.transpose(0, 1)).sum(),
    // With column sums c, the gradient is 2·c in every row: Σ 4·3·c², whose gradient is 24·c.
    expected: (x) => x.map((_, at) => 24 * (x[at % 3]! + x[(at % 3) + 3]! + x[(at % 3) + 6]!)),
  },
  {
    name: "product",
    input: { shape: [3], values: [1.5, -0.5, 2] },
    of: (x) => x.prod(),
    // The sum of the squared gradient is (bc)² + (ac)² + (ab)².
    expected: ([a, b, c]) => [2 * a! * (c! ** 2 + b! ** 2), 2 * b! * (c! ** 2 + a! ** 2), 2 * c! * (b! ** 2 + a! ** 2)],
  },
];

function secondOrderCases(dtype: FloatType): ConformanceCase[] {
  return secondOrders.map(({ name, input, of, expected }) =>
    defineCase(["gradients", "second order", dtype, name], [dtype, "bool"], async ({ backend }) => {
      const x = place(backend, input, dtype);
      const squares = (at: Tensor): Tensor => grad(of)(at).square().sum();
      const found = grad(squares)(x);
      const values = await elements(x);
      agree("second derivative", await elements(found), expected(values), x.shape, dtype === "float32" ? 1e-4 : 1e-10);
      x.dispose();
    }),
  );
}

function otherCases(): ConformanceCase[] {
  return [
    defineCase(["gradients", "to", "another element type and back"], ["float32", "float64"], ({ backend }) =>
      checkGradients(backend, "float32", {
        inputs: [host([5])],
        compute: (x) => mul(x!.to("float64"), x!.to("float64")).to("float32"),
        reference: (x) => x!.map((v) => v * v),
      }),
    ),
    defineCase(["gradients", "to", "a backend that extends this one, and back"], ["float32"], ({ backend }) =>
      checkGradients(backend, "float32", {
        inputs: [host([5])],
        compute: (x) => mul(square(x!.to(extendBackend(backend, { name: "extended" }))).to(backend), 3),
        reference: (x) => x!.map((v) => v * v * 3),
      }),
    ),
    defineCase(["gradients", "accumulation", "two passes add up"], ["float32"], async ({ backend }) => {
      const x = tensor([1, 2, 3], { backend, requiresGrad: true });
      x.square().sum().backward();
      mul(x, 10).sum().backward();
      agree("gradient", await elements(x.grad!), [12, 14, 16], [3], 0);
      x.dispose();
    }),
    defineCase(["gradients", "accumulation", "a diamond of operations"], ["float32"], async ({ backend }) => {
      const x = tensor([0.5, -1], { backend, requiresGrad: true });
      const y = mul(x, 4);
      // The value is (4x)² + 4·(4x) = 16x² + 16x.
      add(square(y), mul(y, 4)).sum().backward();
      agree("gradient", await elements(x.grad!), [32, -16], [2], 0);
      x.dispose();
    }),
  ];
}

function casesOf(dtype: FloatType): ConformanceCase[] {
  return [
    ...mapGradientCases(dtype),
    ...rows.map(([group, name, check, dtypes = ["int32"]]) =>
      defineCase(["gradients", group, dtype, name], [dtype, ...dtypes], ({ backend }) =>
        checkGradients(backend, dtype, check),
      ),
    ),
    ...secondOrderCases(dtype),
  ];
}

/** The level `gradients`. */
export const gradientsLevel: Level = {
  name: "gradients",
  cases: () => [...casesOf("float32"), ...casesOf("float64"), ...otherCases()],
};
