/**
 * Convolution and its gradients in the level `fused`. Kernels and compositions are compared with sums over all products
 * in float64.
 *
 * @module
 */
import { type ConvolutionAttributes, extendBackend, kernelTable, sizeOf, windowsOf } from "@lucid/backend";
import { scope, type Tensor } from "@lucid/tensor";
import {
  callFused,
  fusedConvolution,
  fusedConvolutionInputGradient,
  fusedConvolutionWeightGradient,
} from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase } from "../case.js";
import { type Numbers, sample } from "../framework/arrays.js";
import { agree, agreeShape, checkGradients, elements, place } from "../framework/check.js";
import type { FloatType } from "../types.js";

const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 1e-5, float64: 1e-12 };

/** The shapes of an input and a weight, and how the windows lie. */
interface Arrangement {
  readonly name: string;
  readonly x: Numbers;
  readonly weight: Numbers;
  readonly attributes: ConvolutionAttributes;
  /** Views of the same elements by which the operation gets its inputs. */
  readonly view?: (x: Tensor) => Tensor;
}

function arrange(
  name: string,
  x: Numbers,
  weight: Numbers,
  given: Partial<ConvolutionAttributes> = {},
  view?: Arrangement["view"],
): Arrangement {
  const each = <T>(value: T): readonly T[] => weight.slice(2).map(() => value);
  const attributes = { stride: each(1), padding: each([0, 0] as const), dilation: each(1), groups: 1, ...given };
  return { name, x, weight, attributes, ...(view !== undefined && { view }) };
}

const transposedLayout = (x: Tensor): Tensor => x.transpose(0, -1).clone().transpose(0, -1);
const backward = (x: Tensor): Tensor => x.flip([0, 1]).clone().flip([0, 1]);
const around = (count: number): readonly (readonly [number, number])[] => [
  [count, count],
  [count, count],
];

const arrangements: readonly Arrangement[] = [
  arrange("sequences", [2, 3, 11], [4, 3, 3]),
  arrange("sequences with every option", [2, 4, 13], [6, 2, 3], {
    stride: [2],
    padding: [[3, 1]],
    dilation: [2],
    groups: 2,
  }),
  arrange("images", [2, 3, 7, 9], [5, 3, 3, 3], { padding: around(1) }),
  arrange("images of many channels", [2, 17, 9, 10], [19, 17, 3, 3], { padding: around(1) }),
  arrange("single places", [3, 9, 6, 7], [10, 9, 1, 1]),
  arrange("single places with a stride", [2, 5, 7, 6], [6, 5, 1, 1], { stride: [2, 3] }),
  arrange("a stride", [2, 3, 11, 12], [8, 3, 3, 3], { stride: [2, 2], padding: around(1) }),
  arrange("large windows", [2, 1, 12, 12], [8, 1, 5, 5], { padding: around(2) }),
  arrange("windows side by side", [2, 3, 8, 8], [5, 3, 4, 4], { stride: [4, 4] }),
  arrange("windows apart", [1, 2, 9, 9], [3, 2, 2, 2], { stride: [3, 4] }),
  arrange("a dilation", [1, 2, 9, 10], [3, 2, 3, 2], { dilation: [2, 3] }),
  arrange("uneven padding", [1, 2, 4, 5], [3, 2, 2, 4], {
    padding: [
      [0, 1],
      [1, 2],
    ],
  }),
  arrange("more padding than image", [1, 2, 2, 1], [2, 2, 3, 3], { padding: around(4) }),
  arrange("groups", [2, 6, 5, 6], [4, 3, 3, 2], { groups: 2 }),
  arrange("each channel", [2, 9, 8, 11], [9, 1, 3, 3], { groups: 9, padding: around(1) }),
  arrange("each channel with a stride", [1, 5, 9, 9], [5, 1, 3, 3], { groups: 5, stride: [2, 2], padding: around(1) }),
  arrange("each channel, several outputs", [2, 3, 6, 6], [6, 1, 3, 3], { groups: 3 }),
  arrange("volumes", [2, 2, 4, 5, 6], [3, 2, 2, 3, 2], {
    padding: [
      [1, 1],
      [0, 0],
      [2, 1],
    ],
    stride: [1, 2, 1],
  }),
  arrange("no samples", [0, 3, 5, 5], [2, 3, 3, 3]),
  arrange("no outputs", [2, 3, 5, 5], [0, 3, 3, 3]),
  arrange("transposed", [3, 4, 6, 7], [5, 4, 3, 3], { padding: around(1) }, transposedLayout),
  arrange("backward", [3, 4, 6, 7], [5, 4, 3, 3], {}, backward),
];

/** Calls back with every place of a shape, and its number in row-major order. */
export function forEachPlace(shape: Numbers, visit: (place: Numbers, index: number) => void): void {
  const count = sizeOf(shape);
  for (let index = 0; index < count; index++) {
    const place = new Array<number>(shape.length);
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      place[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    visit(place, index);
  }
}

/** Calls back with the positions in y, x and weight of every product of a convolution. */
export function forEachProduct(
  xShape: Numbers,
  wShape: Numbers,
  attributes: ConvolutionAttributes,
  visit: (y: number, x: number, weight: number) => void,
): void {
  const { stride, padding, dilation, groups } = attributes;
  const [batch, channels, ...space] = xShape as [number, number, ...number[]];
  const [outputs, inner, ...kernel] = wShape as [number, number, ...number[]];
  const windows = windowsOf("convolution", space, kernel, attributes);
  forEachPlace(windows, (window, at) => {
    forEachPlace(kernel, (tap, k) => {
      const place = window.map((p, axis) => p * stride[axis]! + tap[axis]! * dilation[axis]! - padding[axis]![0]);
      if (place.some((p, axis) => p < 0 || p >= space[axis]!)) return;
      const where = place.reduce((index, p, axis) => index * space[axis]! + p, 0);
      for (let n = 0; n < batch; n++) {
        for (let o = 0; o < outputs; o++) {
          const first = Math.floor(o / (outputs / groups)) * inner;
          for (let c = 0; c < inner; c++) {
            visit(
              (n * outputs + o) * sizeOf(windows) + at,
              (n * channels + first + c) * sizeOf(space) + where,
              (o * inner + c) * sizeOf(kernel) + k,
            );
          }
        }
      }
    });
  });
}

/** One of the three operations: what it makes from what. */
interface Subject {
  readonly name: string;
  /** Which of y (0), x (1) and weight (2) the inputs and the output are. */
  readonly roles: readonly [first: number, second: number, result: number];
  readonly call: (first: Tensor, second: Tensor, arrangement: Arrangement) => Tensor;
}

const subjects: readonly Subject[] = [
  {
    name: fusedConvolution.operation.name,
    roles: [1, 2, 0],
    call: (x, weight, { attributes }) => callFused(fusedConvolution, [x, weight], attributes)[0]!,
  },
  {
    name: fusedConvolutionInputGradient.operation.name,
    roles: [0, 2, 1],
    call: (gradient, weight, { x, attributes }) =>
      callFused(fusedConvolutionInputGradient, [gradient, weight], { ...attributes, size: x.slice(2) })[0]!,
  },
  {
    name: fusedConvolutionWeightGradient.operation.name,
    roles: [1, 0, 2],
    call: (x, gradient, { weight, attributes }) =>
      callFused(fusedConvolutionWeightGradient, [x, gradient], { ...attributes, kernel: weight.slice(2) })[0]!,
  },
];

/** The shapes of y, x and weight. */
function shapesOf({ x, weight, attributes }: Arrangement): readonly [Numbers, Numbers, Numbers] {
  const windows = windowsOf("convolution", x.slice(2), weight.slice(2), attributes);
  return [[x[0]!, weight[0]!, ...windows], x, weight];
}

/** Multiplies and adds what the operation multiplies and adds. */
function reference({ roles }: Subject, arrangement: Arrangement, first: Numbers, second: Numbers): number[] {
  const { x, weight, attributes } = arrangement;
  const result = new Array<number>(sizeOf(shapesOf(arrangement)[roles[2]]!)).fill(0);
  forEachProduct(x, weight, attributes, (...at) => {
    result[at[roles[2]]!]! += first[at[roles[0]]!]! * second[at[roles[1]]!]!;
  });
  return result;
}

/** Makes the cases of the three operations. */
export function convolutionCases(dtype: FloatType): ConformanceCase[] {
  const round = (list: Numbers): Numbers => (dtype === "float32" ? list.map(Math.fround) : list);
  const cases: ConformanceCase[] = [];
  for (const subject of subjects) {
    for (const arrangement of arrangements) {
      cases.push(
        defineCase(["fused", subject.name, dtype, arrangement.name], [dtype], async ({ backend }) => {
          const shapes = shapesOf(arrangement);
          const { view = (x: Tensor) => x } = arrangement;
          const [first, second, shape] = subject.roles.map((role) => shapes[role]!) as [Numbers, Numbers, Numbers];
          const values = [sample(sizeOf(first)), sample(sizeOf(second) + 7).slice(7)] as const;
          const expected = reference(subject, arrangement, round(values[0]), round(values[1]));
          const composing = extendBackend(backend, { fused: kernelTable() }, { keepFused: false });
          for (const [what, on] of [
            ["result", backend],
            ["composed", composing],
          ] as const) {
            const a = place(on, { shape: first, values: values[0] }, dtype);
            const b = place(on, { shape: second, values: values[1] }, dtype);
            const y = scope(() => subject.call(view(a), view(b), arrangement));
            agreeShape(what, y.shape, shape);
            agree(what, await elements(y), expected, shape, TOLERANCE[dtype] * 4);
            agree("operand", await elements(a), round(values[0]), first, 0);
            for (const tensor of [a, b, y]) tensor.dispose();
          }
        }),
      );
    }
    cases.push(gradients(subject, dtype));
  }
  cases.push(withBias(dtype));
  return cases;
}

const small = arrange("gradients", [2, 4, 5, 4], [4, 2, 3, 2], { groups: 2, stride: [2, 1], padding: around(1) });

/** Makes the case of the gradients of an operation. */
function gradients(subject: Subject, dtype: FloatType): ConformanceCase {
  return defineCase(["fused", subject.name, dtype, "gradients"], [dtype], async ({ backend }) => {
    const shapes = shapesOf(small);
    const [first, second] = [shapes[subject.roles[0]]!, shapes[subject.roles[1]]!];
    await checkGradients(backend, dtype, {
      inputs: [
        { shape: first, values: sample(sizeOf(first)) },
        { shape: second, values: sample(sizeOf(second)) },
      ],
      compute: (a, b) => subject.call(a!, b!, small),
      reference: (a, b) => reference(subject, small, a!, b!),
      slack: 4,
    });
  });
}

/** Makes the case of a convolution with a bias, and its gradients. */
function withBias(dtype: FloatType): ConformanceCase {
  const { name } = fusedConvolution.operation;
  return defineCase(["fused", name, dtype, "with a bias", "gradients"], [dtype], async ({ backend }) => {
    const [y, x, weight] = shapesOf(small);
    const places = sizeOf(y.slice(2));
    await checkGradients(backend, dtype, {
      inputs: [
        { shape: x, values: sample(sizeOf(x)) },
        { shape: weight, values: sample(sizeOf(weight)) },
        { shape: [y[1]!], values: sample(y[1]!) },
      ],
      compute: (a, b, c) => callFused(fusedConvolution, [a!, b!, c!], small.attributes)[0]!,
      reference: (a, b, c) =>
        reference(subjects[0]!, small, a!, b!).map((v, i) => v + c![Math.floor(i / places) % c!.length]!),
      slack: 4,
    });
  });
}
