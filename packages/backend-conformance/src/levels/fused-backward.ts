/**
 * The gradients of softmax, of its logarithm and of layer normalisation in the level `fused`. Kernel and composition
 * are compared with float64 references, in many layouts.
 *
 * @module
 */
import { type Backend, extendBackend, kernelTable, type SoftmaxAttributes } from "@lucid/backend";
import { scope, type Tensor } from "@lucid/tensor";
import {
  callFused,
  type FusedDefinition,
  layerNormBackward,
  logSoftmaxBackward,
  softmaxBackward,
} from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase } from "../case.js";
import { type Numbers, sample } from "../framework/arrays.js";
import { agree, agreeShape, elements, place } from "../framework/check.js";
import { layerNormOf } from "./fused-layer-norm.js";
import type { FloatType } from "../types.js";

const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 3e-6, float64: 1e-13 };

const count = (shape: Numbers): number => shape.reduce((n, size) => n * size, 1);
const roundedTo = (dtype: FloatType, values: Numbers): Numbers =>
  dtype === "float32" ? values.map(Math.fround) : values;

/** A shape, and layouts of it. The operands get them in turn. */
interface Arrangement {
  readonly name: string;
  readonly shape: Numbers;
  readonly axis: number;
  readonly views?: readonly ((x: Tensor) => Tensor)[];
}

const transposed = (x: Tensor): Tensor => x.transpose(0, 1).clone().transpose(0, 1);
const backward = (x: Tensor): Tensor => x.flip([0, 1]).clone().flip([0, 1]);
const atOffset = (x: Tensor): Tensor => x.repeat(2, 1).narrow(0, x.shape[0]!, x.shape[0]!);
const same = (x: Tensor): Tensor => x;

const arrangements: readonly Arrangement[] = [
  { name: "rows", shape: [5, 9], axis: 1 },
  { name: "columns", shape: [9, 5], axis: 0 },
  { name: "middle axis", shape: [3, 7, 4], axis: 1 },
  { name: "one row", shape: [1031], axis: 0 },
  { name: "rows of one", shape: [6, 1], axis: 1 },
  { name: "no rows", shape: [0, 4], axis: 1 },
  { name: "rows of nothing", shape: [4, 0], axis: 1 },
  { name: "many short rows", shape: [333, 3], axis: 1 },
  { name: "rows of two vectors and a rest", shape: [3, 19], axis: 1 },
  { name: "transposed", shape: [6, 8], axis: 1, views: [transposed] },
  { name: "a transposed gradient", shape: [6, 8], axis: 1, views: [transposed, same] },
  { name: "backward", shape: [6, 8], axis: 1, views: [backward] },
  { name: "at an offset", shape: [6, 8], axis: 1, views: [atOffset] },
  { name: "one gradient for all rows", shape: [6, 8], axis: 1, views: [(x) => x.narrow(0, 0, 1).expand(6, 8), same] },
];

/** Returns the backend with its kernels and without them. */
const bothWays = (backend: Backend): readonly (readonly [what: string, backend: Backend])[] => [
  ["result", backend],
  ["composed", extendBackend(backend, { fused: kernelTable() }, { keepFused: false })],
];

type LineGradient = (g: Numbers, y: Numbers) => readonly number[];

const ofSoftmax: LineGradient = (g, y) => {
  const total = g.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return g.map((v, i) => (v - total) * y[i]!);
};
const ofLogSoftmax: LineGradient = (g, y) => {
  const total = g.reduce((sum, v) => sum + v, 0);
  return g.map((v, i) => v - Math.exp(y[i]!) * total);
};

/** Reads the elements of a tensor in row-major order. */
async function contentsOf(x: Tensor): Promise<number[]> {
  return elements(scope(() => x.contiguous()));
}

function lineCases(
  definition: FusedDefinition<SoftmaxAttributes>,
  reference: LineGradient,
  dtype: FloatType,
): ConformanceCase[] {
  return arrangements.map(({ name, shape, axis, views = [same] }) =>
    defineCase(["fused", definition.operation.name, dtype, name], [dtype], async ({ backend }) => {
      const values = [sample(2 * count(shape)).slice(count(shape)), sample(count(shape)).map((v) => v / 4 - 1)];
      for (const [what, on] of bothWays(backend)) {
        const places = values.map((list) => place(on, { shape, values: list }, dtype));
        const operands = places.map((x, i) => views[i % views.length]!(x));
        const [g, y] = [await contentsOf(operands[0]!), await contentsOf(operands[1]!)];
        const expected = alongLines(g, y, shape, axis, reference);
        const result = scope(() => callFused(definition, operands, { axis })[0]!);
        agreeShape(what, result.shape, shape);
        agree(what, await elements(result), expected, shape, 10 * TOLERANCE[dtype]);
        for (const tensor of [...places, ...operands, result]) tensor.dispose();
      }
    }),
  );
}

/** Applies a function of two lines along an axis of two row-major lists. */
function alongLines(g: Numbers, y: Numbers, shape: Numbers, axis: number, reference: LineGradient): number[] {
  const inner = count(shape.slice(axis + 1));
  const size = shape[axis]!;
  const result = new Array<number>(g.length);
  for (let start = 0; start < g.length; start++) {
    if (Math.floor(start / inner) % size !== 0) continue;
    const at = Array.from({ length: size }, (_, i) => start + i * inner);
    const line = reference(
      at.map((i) => g[i]!),
      at.map((i) => y[i]!),
    );
    at.forEach((i, k) => {
      result[i] = line[k]!;
    });
  }
  return result;
}

const normArrangements: readonly (Omit<Arrangement, "axis"> & { readonly axes: number })[] = [
  { name: "rows", shape: [5, 9], axes: 1 },
  { name: "matrices", shape: [3, 4, 6], axes: 2 },
  { name: "everything", shape: [7, 5], axes: 2 },
  { name: "one long row", shape: [1031], axes: 1 },
  { name: "rows of one", shape: [6, 1], axes: 1 },
  { name: "no rows", shape: [0, 4], axes: 1 },
  { name: "rows of nothing", shape: [4, 0], axes: 1 },
  { name: "more rows than are added up at once", shape: [77, 13], axes: 1 },
  { name: "rows in two dimensions", shape: [2, 3, 19], axes: 1 },
  { name: "transposed", shape: [40, 8], axes: 1, views: [transposed] },
  { name: "a transposed gradient", shape: [6, 8], axes: 1, views: [transposed, same] },
  { name: "backward", shape: [36, 8], axes: 1, views: [backward] },
  { name: "at an offset", shape: [36, 8], axes: 1, views: [atOffset] },
  {
    name: "rows that lie in no single loop",
    shape: [3, 4, 6],
    axes: 1,
    views: [(x) => x.transpose(0, 1).clone().transpose(0, 1), same],
  },
];

interface NormGradients {
  readonly ofX: number[];
  readonly ofWeight: number[];
  readonly ofBias: number[];
}

function layerNormGradients(g: Numbers, x: Numbers, weight: Numbers, mean: Numbers, factor: Numbers): NormGradients {
  const width = weight.length;
  const result: NormGradients = {
    ofX: new Array<number>(x.length).fill(0),
    ofWeight: new Array<number>(width).fill(0),
    ofBias: new Array<number>(width).fill(0),
  };
  for (let row = 0; row < mean.length && width > 0; row++) {
    const at = Array.from({ length: width }, (_, i) => row * width + i);
    const normalised = at.map((i) => (x[i]! - mean[row]!) * factor[row]!);
    const h = at.map((i, k) => g[i]! * weight[k]!);
    const meanH = h.reduce((sum, v) => sum + v, 0) / width;
    const meanHXhat = h.reduce((sum, v, k) => sum + v * normalised[k]!, 0) / width;
    at.forEach((i, k) => {
      result.ofX[i] = factor[row]! * (h[k]! - meanH - normalised[k]! * meanHXhat);
      result.ofWeight[k]! += g[i]! * normalised[k]!;
      result.ofBias[k]! += g[i]!;
    });
  }
  return result;
}

function normCases(dtype: FloatType): ConformanceCase[] {
  const variants = [
    { what: "weight", weighted: true, affine: true },
    { what: "no weight", weighted: false, affine: true },
    { what: "x alone", weighted: true, affine: false },
    { what: "no weight, x alone", weighted: false, affine: false },
  ];
  return normArrangements.flatMap(({ name, shape, axes, views = [same] }) =>
    variants.map(({ what: variant, weighted, affine }) =>
      defineCase(["fused", layerNormBackward.operation.name, dtype, variant, name], [dtype], async ({ backend }) => {
        const inner = shape.slice(shape.length - axes);
        const kept = shape.map((size, axis) => (axis < shape.length - axes ? size : 1));
        const width = count(inner);
        const values = [sample(2 * count(shape)).slice(count(shape)), sample(count(shape))];
        const weights = weighted ? sample(width).map((v) => v + 0.5) : new Array<number>(width).fill(1);
        for (const [what, on] of bothWays(backend)) {
          const places = values.map((list) => place(on, { shape, values: list }, dtype));
          const operands = places.map((x, i) => views[i % views.length]!(x));
          const [g, x] = [await contentsOf(operands[0]!), await contentsOf(operands[1]!)];
          const rounded = roundedTo(dtype, weights);
          const norm = layerNormOf(x, rounded, rounded, 0.125);
          const [mean, factor] = [norm.mean, norm.factor].map((list) =>
            roundedTo(dtype, width === 0 ? new Array<number>(count(kept)).fill(0) : list),
          ) as [Numbers, Numbers];
          const statistics = [mean, factor].map((list) => place(on, { shape: kept, values: list }, dtype));
          const weight = weighted ? place(on, { shape: inner, values: weights }, dtype) : undefined;
          const expected = layerNormGradients(g, x, rounded, mean, factor);
          const results = scope(() =>
            callFused(layerNormBackward, [...operands, ...statistics, weight], { axes, affine }),
          );
          const slack = 10 * TOLERANCE[dtype];
          agreeShape(what, results[0]!.shape, shape);
          agree(`${what}, gradient of x`, await elements(results[0]!), expected.ofX, shape, slack);
          if (affine) {
            agree(`${what}, gradient of weight`, await elements(results[1]!), expected.ofWeight, inner, slack);
            agree(`${what}, gradient of bias`, await elements(results[2]!), expected.ofBias, inner, slack);
          }
          for (const tensor of [...places, ...operands, ...statistics, ...results]) tensor.dispose();
          weight?.dispose();
        }
      }),
    ),
  );
}

/** Makes the cases of the gradients of fused operations. */
export function backwardCases(dtype: FloatType): ConformanceCase[] {
  return [
    ...lineCases(softmaxBackward, ofSoftmax, dtype),
    ...lineCases(logSoftmaxBackward, ofLogSoftmax, dtype),
    ...normCases(dtype),
  ];
}
