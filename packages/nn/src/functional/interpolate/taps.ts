/**
 * Resampling along one dimension as data: which elements every new element is made of, and with which weights. Indices
 * and weights depend on sizes alone, so they are computed on the host.
 *
 * @module
 */

/** The elements of which every new element is made, `count` of them for each. */
export interface Taps {
  readonly count: number;
  readonly indices: Int32Array;
  /** The weights, or undefined where each new element is one old element. */
  readonly weights: Float64Array | undefined;
}

/** How one dimension is resampled. */
export interface Axis {
  /** The size before and after. */
  readonly from: number;
  readonly to: number;
  /** The factor that the user gave; undefined: the ratio of the sizes counts. */
  readonly factor: number | undefined;
  readonly alignCorners: boolean;
  /** Rounds as the element type does: PyTorch computes positions in it. */
  readonly round: (value: number) => number;
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

/** How many old elements one new element takes. */
function scaleOf({ from, to, factor, alignCorners, round }: Axis): number {
  if (alignCorners) return to > 1 ? round((from - 1) / (to - 1)) : 0;
  return round(factor === undefined ? from / to : 1 / factor);
}

/** Makes taps from a function that lists pairs of index and weight for every new element. */
function collected(
  to: number,
  count: number,
  list: (i: number, add: (index: number, weight: number) => void) => void,
): Taps {
  const indices = new Int32Array(to * count);
  const weights = new Float64Array(to * count);
  for (let i = 0; i < to; i++) {
    let next = i * count;
    list(i, (index, weight) => {
      indices[next] = index;
      weights[next++] = weight;
    });
  }
  return { count, indices, weights };
}

/** The element that is nearest, with the offset ("nearest-exact") or without it ("nearest"). */
export function nearestTaps(axis: Axis, offset: number): Taps {
  const { from, to } = axis;
  // The positions of the nearest elements are computed in float32 for every type.
  const scale = Math.fround(scaleOf({ ...axis, alignCorners: false, round: Math.fround }));
  const at = (i: number): number => Math.floor(Math.fround(Math.fround(i + offset) * scale));
  return { count: 1, indices: Int32Array.from({ length: to }, (_, i) => clamp(at(i), from - 1)), weights: undefined };
}

/** The two elements beside a position, in proportion to their distances. */
export function linearTaps(axis: Axis): Taps {
  const { from, to, alignCorners, round } = axis;
  const scale = scaleOf(axis);
  return collected(to, 2, (i, add) => {
    const position = alignCorners ? round(scale * i) : Math.max(0, round(round(scale * (i + 0.5)) - 0.5));
    const left = Math.min(Math.floor(position), from - 1);
    const share = clamp(round(position - left), 1);
    add(left, round(1 - share));
    add(Math.min(left + 1, from - 1), share);
  });
}

/** The weight of an element at a distance, for Keys' cubic convolution with the parameter a. */
function cubicWeight(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/** The four elements around a position. */
export function cubicTaps(axis: Axis): Taps {
  const { from, to, alignCorners, round } = axis;
  const scale = scaleOf(axis);
  return collected(to, 4, (i, add) => {
    const position = alignCorners ? round(scale * i) : round(round(scale * (i + 0.5)) - 0.5);
    const left = Math.floor(position);
    const share = round(position - left);
    for (let k = -1; k <= 2; k++) add(clamp(left + k, from - 1), round(cubicWeight(share - k, -0.75)));
  });
}

/** The mean over the old elements that a new one covers. */
export function areaTaps({ from, to }: Axis): Taps {
  const start = (i: number): number => Math.floor((i * from) / to);
  const end = (i: number): number => Math.ceil(((i + 1) * from) / to);
  let count = 1;
  for (let i = 0; i < to; i++) count = Math.max(count, end(i) - start(i));
  return collected(to, count, (i, add) => {
    for (let k = start(i); k < end(i); k++) add(k, 1 / (end(i) - start(i)));
  });
}

/** Weights of a kernel that is as wide as the step, so that shrinking makes no false patterns. */
export function antialiasedTaps(axis: Axis, kind: "linear" | "cubic"): Taps {
  const { from, to } = axis;
  const scale = scaleOf(axis);
  const size = kind === "linear" ? 2 : 4;
  const support = scale >= 1 ? size * 0.5 * scale : size * 0.5;
  const inverse = scale >= 1 ? 1 / scale : 1;
  const weightAt = (x: number): number => (kind === "linear" ? Math.max(0, 1 - Math.abs(x)) : cubicWeight(x, -0.5));
  const count = Math.ceil(support) * 2 + 1;
  return collected(to, count, (i, add) => {
    const center = scale * (i + 0.5);
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) => weightAt((k + first - center + 0.5) * inverse));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [k, weight] of weights.entries()) add(first + k, total === 0 ? weight : weight / total);
  });
}
