/**
 * Max pooling in the level `fused`. Kernels and compositions are compared with a search through all windows.
 *
 * @module
 */
import { extendBackend, kernelTable, type MaxPoolAttributes, sizeOf, windowsOf } from "@lucid/backend";
import { scope, type Tensor } from "@lucid/tensor";
import { callFused, fusedMaxPool, fusedMaxPoolAt } from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase } from "../case.js";
import type { Numbers } from "../framework/arrays.js";
import { agree, agreeShape, checkGradients, elements, place, weights } from "../framework/check.js";
import type { FloatType } from "../types.js";
import { forEachPlace } from "./fused-convolution.js";

interface Arrangement {
  readonly name: string;
  readonly shape: Numbers;
  readonly attributes: MaxPoolAttributes;
  readonly values?: Numbers;
  readonly view?: (x: Tensor) => Tensor;
}

function arrange(
  name: string,
  shape: Numbers,
  kernel: Numbers,
  given: Partial<MaxPoolAttributes> = {},
  more: Pick<Arrangement, "values" | "view"> = {},
): Arrangement {
  const padding = kernel.map(() => [0, 0] as const);
  return {
    name,
    shape,
    attributes: { kernel, stride: kernel, padding, dilation: kernel.map(() => 1), ...given },
    ...more,
  };
}

/** Numbers without an evident order, of which some are equal. */
const mixed = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * i * 7 + i * 13) % 23) - 11);
const around = (count: number): readonly (readonly [number, number])[] => [
  [count, count],
  [count, count],
];

const arrangements: readonly Arrangement[] = [
  arrange("sequences", [2, 3, 10], [3]),
  arrange("images", [2, 3, 8, 10], [2, 2]),
  arrange("images of odd sizes", [2, 3, 7, 9], [2, 2]),
  arrange("windows that overlap", [2, 3, 9, 8], [3, 3], { stride: [2, 2], padding: around(1) }),
  arrange("windows apart", [1, 2, 9, 9], [2, 2], { stride: [3, 4] }),
  arrange("a dilation", [1, 2, 9, 8], [2, 3], { stride: [1, 1], dilation: [3, 2] }),
  arrange("uneven padding", [1, 2, 5, 5], [3, 2], {
    padding: [
      [1, 0],
      [0, 1],
    ],
  }),
  arrange("volumes", [1, 2, 4, 5, 6], [2, 2, 3], { stride: [1, 2, 2] }),
  arrange("no samples", [0, 3, 5, 5], [2, 2]),
  arrange("backward", [2, 3, 6, 6], [2, 2], {}, { view: (x) => x.flip([0, 3]).clone().flip([0, 3]) }),
  arrange("transposed", [2, 3, 6, 4], [2, 2], {}, { view: (x) => x.transpose(1, 3).clone().transpose(1, 3) }),
  arrange(
    "∞ and NaN",
    [1, 1, 4, 4],
    [2, 2],
    {},
    { values: [NaN, 1, -Infinity, -Infinity, NaN, 2, -Infinity, -Infinity, 3, Infinity, 0, -0, Infinity, 4, -1, 0] },
  ),
];

/** The chosen element of a window: of equal ones the first, of several NaN the last. */
function choose(x: Numbers, candidates: Numbers): number {
  let best = candidates[0]!;
  for (const at of candidates) if (x[at]! > x[best]! || Number.isNaN(x[at]!)) best = at;
  return best;
}

/** The positions, within their line, of what the windows choose. */
function positionsIn(x: Numbers, shape: Numbers, attributes: MaxPoolAttributes): number[] {
  const { kernel, stride, padding, dilation } = attributes;
  const space = shape.slice(2);
  const size = sizeOf(space);
  const windows = windowsOf("maxPool", space, kernel, attributes);
  const result: number[] = [];
  for (let line = 0; line < shape[0]! * shape[1]!; line++) {
    const own = x.slice(line * size, (line + 1) * size);
    forEachPlace(windows, (window) => {
      const candidates: number[] = [];
      forEachPlace(kernel, (tap) => {
        const at = window.map((p, axis) => p * stride[axis]! + tap[axis]! * dilation[axis]! - padding[axis]![0]);
        if (at.some((p, axis) => p < 0 || p >= space[axis]!)) return;
        candidates.push(at.reduce((index, p, axis) => index * space[axis]! + p, 0));
      });
      result.push(choose(own, candidates));
    });
  }
  return result;
}

/** The elements at positions within lines. */
function elementsAt(x: Numbers, positions: Numbers, lines: number): number[] {
  const [size, count] = [x.length / Math.max(1, lines), positions.length / Math.max(1, lines)];
  return positions.map((at, i) => x[Math.floor(i / count) * size + at]!);
}

/** Runs an operation with the backend's kernel and without it, and compares elements and positions. */
async function compare(
  backends: readonly (readonly [what: string, run: () => readonly [values: Tensor, indices: Tensor]])[],
  expected: Numbers,
  positions: Numbers,
  shape: Numbers,
): Promise<void> {
  for (const [what, run] of backends) {
    const [values, indices] = scope(run);
    agreeShape(what, values.shape, shape);
    agree(what, await elements(values), expected, shape, 0);
    agree(`${what}, positions`, await elements(indices), positions, shape, 0);
    for (const tensor of [values, indices]) tensor.dispose();
  }
}

/** Makes the cases of max pooling. */
export function poolingCases(dtype: FloatType): ConformanceCase[] {
  const [name, nameAt] = [fusedMaxPool.operation.name, fusedMaxPoolAt.operation.name];
  const cases = arrangements.map(({ name: title, shape, attributes, values = mixed(sizeOf(shape)), view = (x) => x }) =>
    defineCase(["fused", name, dtype, title], [dtype], async ({ backend }) => {
      const composing = extendBackend(backend, { fused: kernelTable() }, { keepFused: false });
      const positions = positionsIn(values, shape, attributes);
      const expected = elementsAt(values, positions, shape[0]! * shape[1]!);
      const windows = windowsOf("maxPool", shape.slice(2), attributes.kernel, attributes);
      const run = (on: typeof backend) => (): readonly [Tensor, Tensor] => {
        const [y, at] = callFused(fusedMaxPool, [view(place(on, { shape, values }, dtype))], attributes);
        return [y!, at!];
      };
      const both = [
        ["result", run(backend)],
        ["composed", run(composing)],
      ] as const;
      await compare(both, expected, positions, [shape[0]!, shape[1]!, ...windows]);
    }),
  );
  const places = [0, 2, 4, 1, 1, 3, 4, 3, 0, 2, 2, 1];
  const lines: Numbers = [1, 5, 2, 5, 0, NaN, 1, 2, NaN, 3];
  for (const repeats of [1, 2]) {
    cases.push(
      defineCase(
        ["fused", nameAt, dtype, repeats === 1 ? "the same windows" : "other windows"],
        [dtype],
        async ({ backend }) => {
          const composing = extendBackend(backend, { fused: kernelTable() }, { keepFused: false });
          const taps = repeats === 1 ? 3 : 2;
          const count = places.length / repeats / taps;
          const positions = [0, 1].flatMap((line) =>
            Array.from({ length: count }, (_, window) => {
              const first = ((repeats === 1 ? 0 : line) * count + window) * taps;
              const sorted = places.slice(first, first + taps).sort((a, b) => a - b);
              return choose(lines.slice(line * 5, line * 5 + 5), sorted);
            }),
          );
          const run = (on: typeof backend) => (): readonly [Tensor, Tensor] => {
            const x = place(on, { shape: [2, 5], values: lines }, dtype);
            const at = place(on, { shape: [repeats, count, taps], values: places }, "int32");
            const [y, indices] = callFused(fusedMaxPoolAt, [x, at], {});
            return [y!, indices!];
          };
          const both = [
            ["result", run(backend)],
            ["composed", run(composing)],
          ] as const;
          await compare(both, elementsAt(lines, positions, 2), positions, [2, count]);
        },
      ),
    );
  }
  cases.push(...gradients(dtype));
  return cases;
}

/** Makes the cases of the gradients. */
function gradients(dtype: FloatType): ConformanceCase[] {
  const attributes = arrange("", [], [3, 2], { stride: [2, 1], padding: around(1) }).attributes;
  const shape = [2, 2, 5, 4];
  const values = Array.from({ length: 80 }, (_, i) => ((i * 37) % 80) / 8);
  const size = 20;
  const spread = (x: Numbers, positions: Numbers, lines: number): number[] => {
    const result = new Array<number>(x.length).fill(0);
    const count = positions.length / lines;
    const given = weights(positions.length);
    for (const [i, at] of positions.entries()) {
      result[Math.floor(i / count) * (x.length / lines) + at]! += given[i]!;
    }
    return result;
  };
  const places = Array.from({ length: 24 }, (_, i) => (i * 7) % size);
  return [
    defineCase(["fused", fusedMaxPool.operation.name, dtype, "gradients"], [dtype], async ({ backend }) => {
      const positions = positionsIn(values, shape, attributes);
      await checkGradients(backend, dtype, {
        inputs: [{ shape, values }],
        compute: (x) => callFused(fusedMaxPool, [x!], attributes)[0]!,
        reference: (x) => elementsAt(x!, positions, 4),
        gradients: [spread(values, positions, 4)],
      });
    }),
    defineCase(["fused", fusedMaxPoolAt.operation.name, dtype, "gradients"], [dtype], async ({ backend }) => {
      const positions = [0, 1, 2, 3].flatMap((line) =>
        Array.from({ length: 8 }, (_, window) =>
          choose(values.slice(line * size, (line + 1) * size), places.slice(window * 3, window * 3 + 3)),
        ),
      );
      await checkGradients(backend, dtype, {
        inputs: [
          { shape: [4, size], values },
          { shape: [1, 8, 3], values: places, dtype: "int32" },
        ],
        compute: (x, at) => callFused(fusedMaxPoolAt, [x!, at!], {})[0]!,
        reference: (x) => elementsAt(x!, positions, 4),
        gradients: [spread(values, positions, 4)],
      });
    }),
  ];
}
