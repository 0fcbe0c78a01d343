/**
 * Layer normalisation in the level `fused`. Kernel and composition are compared with a float64 reference.
 *
 * @module
 */
import { extendBackend, kernelTable } from "@lucid/backend";
import { add, mul, scope, type Tensor } from "@lucid/tensor";
import { callFused, fusedLayerNorm } from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase } from "../case.js";
import { type Numbers, sample } from "../framework/arrays.js";
import { agree, agreeShape, checkGradients, elements, place } from "../framework/check.js";
import type { FloatType } from "../types.js";

const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 3e-6, float64: 1e-13 };

const count = (shape: Numbers): number => shape.reduce((n, size) => n * size, 1);

/**
 * An input of `layerNorm`, the number of its last axes that are normalised, and the layouts of input, weight and bias.
 */
interface NormArrangement {
  readonly name: string;
  readonly shape: Numbers;
  readonly axes: number;
  readonly values?: Numbers;
  readonly view?: (x: Tensor) => Tensor;
  /** Whether weight and bias consist of one repeated number. */
  readonly flat?: boolean;
}

const normArrangements: readonly NormArrangement[] = [
  { name: "rows", shape: [5, 9], axes: 1 },
  { name: "matrices", shape: [3, 4, 6], axes: 2 },
  { name: "everything", shape: [7, 5], axes: 2 },
  { name: "one long row", shape: [1031], axes: 1 },
  { name: "rows of one", shape: [6, 1], axes: 1 },
  { name: "no rows", shape: [0, 4], axes: 1 },
  { name: "rows of nothing", shape: [4, 0], axes: 1 },
  { name: "rows in two dimensions", shape: [2, 3, 19], axes: 1 },
  { name: "transposed", shape: [6, 8], axes: 1, view: (x) => x.transpose(0, 1).clone().transpose(0, 1) },
  {
    name: "matrices of transposed rows",
    shape: [2, 4, 6],
    axes: 2,
    view: (x) => x.transpose(1, 2).clone().transpose(1, 2),
  },
  { name: "backward", shape: [6, 8], axes: 1, view: (x) => x.flip([0, 1]).clone().flip([0, 1]) },
  { name: "one weight and one bias", shape: [4, 9], axes: 1, flat: true },
  { name: "far from 0", shape: [2, 4], axes: 1, values: [1000, 1001, 1002, 1003, -500, -500, -500.5, -501] },
  { name: "equal numbers", shape: [1, 5], axes: 1, values: [3, 3, 3, 3, 3] },
  { name: "∞ and NaN", shape: [3, 3], axes: 1, values: [1, NaN, 2, 1, Infinity, 2, 1, 2, 3] },
];

interface Normalised {
  readonly y: number[];
  readonly mean: number[];
  readonly factor: number[];
}

/** Normalises rows that are as long as the weight. */
export function layerNormOf(x: Numbers, weight: Numbers, bias: Numbers, eps: number): Normalised {
  const width = weight.length;
  const result: Normalised = { y: [], mean: [], factor: [] };
  for (let row = 0; row < x.length; row += width) {
    const line = x.slice(row, row + width);
    const mean = line.reduce((sum, v) => sum + v, 0) / width;
    const factor = 1 / Math.sqrt(line.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width + eps);
    result.mean.push(mean);
    result.factor.push(factor);
    line.forEach((v, i) => {
      result.y.push((v - mean) * factor * weight[i]! + bias[i]!);
    });
  }
  return result;
}

/** Makes the cases of `layerNorm`. */
export function layerNormCases(dtype: FloatType): ConformanceCase[] {
  const eps = 0.125;
  const cases = normArrangements.map(
    ({ name, shape, axes, values = sample(count(shape)), view = (x) => x, flat = false }) =>
      defineCase(["fused", fusedLayerNorm.operation.name, dtype, name], [dtype], async ({ backend }) => {
        const inner = shape.slice(shape.length - axes);
        const kept = shape.map((size, axis) => (axis < shape.length - axes ? size : 1));
        const width = count(inner);
        const host = dtype === "float32" ? values.map(Math.fround) : values;
        const weights = flat ? new Array<number>(width).fill(1.5) : sample(width);
        const biases = flat ? new Array<number>(width).fill(-0.5) : sample(width).map((v) => v / 2);
        const round = (list: Numbers): Numbers => (dtype === "float32" ? list.map(Math.fround) : list);
        const expected = layerNormOf(host, round(weights), round(biases), eps);
        if (width === 0)
          for (const list of [expected.mean, expected.factor]) for (let i = 0; i < count(kept); i++) list.push(NaN);
        const composing = extendBackend(backend, { fused: kernelTable() }, { keepFused: false });
        for (const [what, on] of [
          ["result", backend],
          ["composed", composing],
        ] as const) {
          const x = place(on, { shape, values }, dtype);
          const affine = [weights, biases].map((list) =>
            flat
              ? scope(() => place(on, { shape: [1], values: list.slice(0, 1) }, dtype).expand(...inner))
              : place(on, { shape: inner, values: list }, dtype),
          );
          const [y, mean, factor] = scope(() => callFused(fusedLayerNorm, [view(x), ...affine], { axes, eps }));
          agreeShape(what, y!.shape, shape);
          agreeShape(`${what}, mean`, mean!.shape, kept);
          agreeShape(`${what}, factor`, factor!.shape, kept);
          agree(what, await elements(y!), expected.y, shape, 3 * TOLERANCE[dtype]);
          agree(`${what}, mean`, await elements(mean!), expected.mean, kept, TOLERANCE[dtype]);
          agree(`${what}, factor`, await elements(factor!), expected.factor, kept, TOLERANCE[dtype]);
          agree("operand", await elements(x), host, shape, 0);
          for (const tensor of [x, ...affine, y!, mean!, factor!]) tensor.dispose();
        }
      }),
  );
  cases.push(gradients(dtype));
  return cases;
}

/** Makes the case of the gradients of `layerNorm`, through all of its outputs. */
function gradients(dtype: FloatType): ConformanceCase {
  return defineCase(["fused", fusedLayerNorm.operation.name, dtype, "gradients"], [dtype], async ({ backend }) => {
    const eps = 0.125;
    const inputs = [
      { shape: [4, 5], values: sample(20) },
      { shape: [5], values: sample(5) },
      { shape: [5], values: sample(10).slice(5) },
    ];
    await checkGradients(backend, dtype, {
      inputs,
      compute: (x, weight, bias) => callFused(fusedLayerNorm, [x!, weight!, bias!], { axes: 1, eps })[0]!,
      reference: (x, weight, bias) => layerNormOf(x!, weight!, bias!, eps).y,
    });
    await checkGradients(backend, dtype, {
      inputs,
      compute: (x, weight, bias) => {
        const [y, mean, factor] = callFused(fusedLayerNorm, [x!, weight!, bias!], { axes: 1, eps });
        return add(mul(y!, factor!), mean!);
      },
      reference: (x, weight, bias) => {
        const { y, mean, factor } = layerNormOf(x!, weight!, bias!, eps);
        return y.map((v, i) => v * factor[Math.floor(i / 5)]! + mean[Math.floor(i / 5)]!);
      },
    });
  });
}
