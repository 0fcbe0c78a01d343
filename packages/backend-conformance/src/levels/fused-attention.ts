/**
 * Attention and its gradients in the level `fused`. Kernel and composition are compared with a float64 reference.
 *
 * @module
 */
import { type Backend, extendBackend, kernelTable } from "@lucid/backend";
import { add, scope, type Tensor } from "@lucid/tensor";
import { attentionBackward, callFused, fusedAttention } from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase } from "../case.js";
import { type Numbers, sample } from "../framework/arrays.js";
import { agree, agreeShape, checkGradients, elements, place } from "../framework/check.js";
import type { FloatType } from "../types.js";

const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 1e-5, float64: 1e-12 };

const count = (shape: Numbers): number => shape.reduce((n, size) => n * size, 1);

/** The sizes of a call: heads of queries and of keys, queries, keys, and the widths of a query and of a value. */
interface Arrangement {
  readonly name: string;
  readonly heads: number;
  readonly shared?: boolean;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly values: number;
  readonly causal?: boolean;
  /** The mask, `(1 or heads, 1 or queries, 1 or keys)`. */
  readonly mask?: { readonly shape: Numbers; readonly values: Numbers };
  readonly scale?: number;
  readonly view?: (x: Tensor) => Tensor;
}

const LOWEST = Number.NEGATIVE_INFINITY;
const transposed = (x: Tensor): Tensor => x.transpose(0, 1).clone().transpose(0, 1);
const even = { heads: 2, queries: 3, keys: 4, width: 2, values: 3 };

const arrangements: readonly Arrangement[] = [
  { name: "heads", ...even },
  { name: "one query", heads: 1, queries: 1, keys: 5, width: 3, values: 2 },
  { name: "one key", heads: 2, queries: 4, keys: 1, width: 3, values: 2 },
  { name: "more keys than a block", heads: 1, queries: 67, keys: 131, width: 5, values: 9 },
  { name: "causal", ...even, causal: true },
  { name: "causal with fewer keys", ...even, queries: 5, causal: true },
  { name: "causal blocks", heads: 1, queries: 70, keys: 70, width: 8, values: 8, causal: true },
  { name: "shared keys", ...even, shared: true },
  { name: "a mask", ...even, mask: { shape: [2, 3, 4], values: sample(24) } },
  { name: "a mask for all heads", ...even, mask: { shape: [1, 3, 4], values: sample(12) } },
  { name: "hidden keys", ...even, mask: { shape: [1, 1, 4], values: [0, LOWEST, 0, LOWEST] } },
  { name: "a query that sees no key", ...even, mask: { shape: [1, 3, 1], values: [0, LOWEST, 0] } },
  { name: "large scores", ...even, scale: 1000 },
  { name: "transposed", ...even, view: transposed },
  { name: "no queries", ...even, queries: 0 },
];

interface Operands {
  readonly query: Numbers;
  readonly key: Numbers;
  readonly value: Numbers;
  readonly mask?: Numbers | undefined;
}

/** Attention by its definition, row by row: y, the logsumexp, and the softmax of the scores. */
function attentionOf(
  { heads, shared, queries, keys, width, values, causal, mask, scale = 0.5 }: Arrangement,
  { query, key, value, mask: masking }: Operands,
): { readonly y: number[]; readonly sums: number[]; readonly weights: number[] } {
  const result = { y: [] as number[], sums: [] as number[], weights: [] as number[] };
  for (let row = 0; row < heads * queries; row++) {
    const [head, i] = [Math.floor(row / queries), row % queries];
    const from = shared ? 0 : head * keys;
    const scores = Array.from({ length: keys }, (_, j) => {
      if (causal && j > i) return LOWEST;
      let score = 0;
      for (let e = 0; e < width; e++) score += query[row * width + e]! * key[(from + j) * width + e]!;
      return score * scale + (mask === undefined ? 0 : masking![placeOf(mask.shape, head, i, j)]!);
    });
    const largest = Math.max(...scores);
    const total = scores.reduce((sum, s) => sum + (s === LOWEST ? 0 : Math.exp(s - largest)), 0);
    const weights = scores.map((s) => (s === LOWEST ? 0 : Math.exp(s - largest) / total));
    result.sums.push(largest === LOWEST ? LOWEST : largest + Math.log(total));
    result.weights.push(...weights);
    for (let e = 0; e < values; e++) {
      result.y.push(weights.reduce((sum, w, j) => sum + w * value[(from + j) * values + e]!, 0));
    }
  }
  return result;
}

/** The position in a mask whose sizes may be 1. */
function placeOf([h, q, k]: Numbers, head: number, i: number, j: number): number {
  return ((h === 1 ? 0 : head) * q! + (q === 1 ? 0 : i)) * k! + (k === 1 ? 0 : j);
}

/** Returns the backend with its kernels and without them. */
const bothWays = (backend: Backend): readonly (readonly [what: string, backend: Backend])[] => [
  ["result", backend],
  ["composed", extendBackend(backend, { fused: kernelTable() }, { keepFused: false })],
];

/** The operands of an arrangement, with their shapes. */
function operandsOf(one: Arrangement, dtype: FloatType) {
  const { heads, shared, queries, keys, width, values, mask } = one;
  const lead = shared ? 1 : heads;
  const make = (shape: Numbers, skip: number) => {
    const list = sample(count(shape) + skip).slice(skip);
    return { shape, values: dtype === "float32" ? list.map(Math.fround) : list };
  };
  return {
    query: make([heads, queries, width], 0),
    key: make([lead, keys, width], 7),
    value: make([lead, keys, values], 13),
    ...(mask !== undefined && {
      mask: { shape: mask.shape, values: dtype === "float32" ? mask.values.map(Math.fround) : mask.values },
    }),
  };
}

function forwardCase(one: Arrangement, dtype: FloatType): ConformanceCase {
  return defineCase(["fused", "attention", dtype, one.name], [dtype], async ({ backend }) => {
    const { causal = false, scale = 0.5, view = (x: Tensor) => x, heads, queries, values } = one;
    const { query, key, value, mask } = operandsOf(one, dtype);
    const expected = attentionOf(one, {
      query: query.values,
      key: key.values,
      value: value.values,
      mask: mask?.values,
    });
    for (const [what, on] of bothWays(backend)) {
      const placed = [query, key, value, ...(mask === undefined ? [] : [mask])].map((x) => place(on, x, dtype));
      const [y, sums] = scope(() => callFused(fusedAttention, placed.map(view), { causal, scale }));
      agreeShape(what, y!.shape, [heads, queries, values]);
      agree(what, await elements(y!), expected.y, y!.shape, (scale > 1 ? 100 : 1) * TOLERANCE[dtype]);
      agree(`${what}, logsumexp`, await elements(sums!), expected.sums, sums!.shape, TOLERANCE[dtype]);
      for (const tensor of [...placed, y!, sums!]) tensor.dispose();
    }
  });
}

/** The gradients by their definition. */
function backwardOf(one: Arrangement, operands: Operands, g: Numbers, ofSums: Numbers) {
  const { heads, shared, queries, keys, width, values, mask, scale = 0.5 } = one;
  const { query, key, value } = operands;
  const { y, weights } = attentionOf(one, operands);
  const result = {
    query: new Array<number>(query.length).fill(0),
    key: new Array<number>(key.length).fill(0),
    value: new Array<number>(value.length).fill(0),
    mask: new Array<number>(mask === undefined ? 0 : count(mask.shape)).fill(0),
  };
  for (let row = 0; row < heads * queries; row++) {
    const [head, i] = [Math.floor(row / queries), row % queries];
    let delta = -ofSums[row]!;
    for (let e = 0; e < values; e++) delta += g[row * values + e]! * y[row * values + e]!;
    for (let j = 0; j < keys; j++) {
      const at = (shared ? 0 : head * keys) + j;
      const weight = weights[row * keys + j]!;
      let slope = -delta;
      for (let e = 0; e < values; e++) {
        slope += g[row * values + e]! * value[at * values + e]!;
        result.value[at * values + e]! += weight * g[row * values + e]!;
      }
      slope *= weight;
      if (mask !== undefined) result.mask[placeOf(mask.shape, head, i, j)]! += slope;
      for (let e = 0; e < width; e++) {
        result.query[row * width + e]! += slope * scale * key[at * width + e]!;
        result.key[at * width + e]! += slope * scale * query[row * width + e]!;
      }
    }
  }
  return result;
}

function backwardCase(one: Arrangement, dtype: FloatType): ConformanceCase {
  return defineCase(["fused", "attentionBackward", dtype, one.name], [dtype], async ({ backend }) => {
    const { causal = false, scale = 0.5, view = (x: Tensor) => x, heads, queries, values } = one;
    const { query, key, value, mask } = operandsOf(one, dtype);
    const host = { query: query.values, key: key.values, value: value.values, mask: mask?.values };
    const { y, sums } = attentionOf(one, host);
    const g = sample(heads * queries * values + 3).slice(3);
    const ofSums = sample(heads * queries + 5).slice(5);
    const expected = backwardOf(one, host, g, ofSums);
    const shapeOfY = [heads, queries, values];
    const shapeOfSums = [heads, queries, 1];
    for (const [what, on] of bothWays(backend)) {
      const put = (shape: Numbers, list: Numbers): Tensor => place(on, { shape, values: list }, dtype);
      const placed = [
        put(shapeOfY, g),
        ...[query, key, value].map((x) => place(on, x, dtype)),
        put(shapeOfY, y),
        put(shapeOfSums, sums),
        mask === undefined ? undefined : place(on, mask, dtype),
        put(shapeOfSums, ofSums),
      ];
      const given = (): readonly (Tensor | undefined)[] => placed.map((x) => (x === undefined ? x : view(x)));
      const maskGradient = mask !== undefined;
      const made = scope(() => callFused(attentionBackward, given(), { causal, scale, maskGradient }));
      for (const [k, name] of (["query", "key", "value", "mask"] as const).entries()) {
        if (made[k] === undefined) continue;
        agree(`${what}, ${name}`, await elements(made[k]), expected[name], made[k].shape, 100 * TOLERANCE[dtype]);
      }
      for (const tensor of [...placed, ...made]) tensor?.dispose();
    }
  });
}

/** The gradients of all inputs, through both outputs. */
function gradients(dtype: FloatType): ConformanceCase {
  return defineCase(["fused", "attention", dtype, "gradients"], [dtype], async ({ backend }) => {
    const one: Arrangement = {
      name: "",
      heads: 2,
      queries: 2,
      keys: 3,
      width: 2,
      values: 1,
      shared: true,
      causal: true,
      mask: { shape: [1, 2, 3], values: sample(6) },
    };
    const { query, key, value, mask } = operandsOf(one, dtype);
    await checkGradients(backend, dtype, {
      inputs: [query, key, value, mask!],
      compute: (...inputs) => {
        const [y, sums] = callFused(fusedAttention, inputs, { causal: true, scale: 0.5 });
        return add(y!, sums!);
      },
      reference: (...lists) => {
        const [q, k, v, m] = lists as unknown as readonly [Numbers, Numbers, Numbers, Numbers];
        const { y, sums } = attentionOf(one, { query: q, key: k, value: v, mask: m });
        return y.map((x, i) => x + sums[i]!);
      },
      slack: 5,
    });
  });
}

/** Makes the cases of `attention` and `attentionBackward`. */
export function attentionCases(dtype: FloatType): ConformanceCase[] {
  const finite = arrangements.filter(({ scale = 0.5 }) => scale < 1);
  return [
    ...arrangements.map((one) => forwardCase(one, dtype)),
    ...finite.map((one) => backwardCase(one, dtype)),
    gradients(dtype),
  ];
}
