/**
 * Sorting by bitonic networks. The keys are words that are ordered as the values are, together with the positions of
 * the values. No two such pairs are equal, so the order is stable.
 *
 * @module
 */
import { type DType, sizeOf } from "@lucid/backend";
import { type GpuView, positionOf } from "../buffer.js";
import type { ScratchMemory } from "../memory/arena.js";
import type { KernelQueue } from "../queue.js";
import { loadElement, storeElement } from "../shader/elements.js";
import { type ShaderType, shaderType } from "../shader/types.js";
import {
  address,
  createKernels,
  GROUP,
  gridFor,
  groupKernelText,
  kernelText,
  positionNames,
  splitIndex,
  strided,
} from "./dispatch.js";

/** Elements that a workgroup sorts in its own memory. */
const BLOCK = 512;

/** The key of a word. NaN is last, and −0 is equal to 0. */
const keys: Readonly<Record<ShaderType, string>> = {
  f32: "select(select(word | 0x80000000u, ~word, word > 0x80000000u), select(0x80000000u, 0xffffffffu, (word & 0x7fffffffu) != 0u), (word & 0x7fffffffu) > 0x7f800000u || (word & 0x7fffffffu) == 0u)",
  i32: "word ^ 0x80000000u",
  u32: "word",
  bool: "word",
};

/** Swaps two pairs unless they are in order. */
const exchange = (key: string, place: string): readonly string[] => [
  `let a = ${key}[low];`,
  `let b = ${key}[high];`,
  `let after = a > b || (a == b && ${place}[low] > ${place}[high]);`,
  "if (after == ascending) {",
  `  let position = ${place}[low];`,
  `  ${key}[low] = b;`,
  `  ${key}[high] = a;`,
  `  ${place}[low] = ${place}[high];`,
  `  ${place}[high] = position;`,
  "}",
];

/** The member `sort`. */
export type Sort = (x: GpuView, axis: number, values: GpuView, indices: GpuView) => void;

/** Makes the member `sort`. */
export function createSort(queue: KernelQueue, arena: ScratchMemory): Sort {
  const find = createKernels(queue);

  // Words of scratch memory: all keys, then all positions. The parameters of all kernels begin with: 0, positions or
  // workgroups, padded length, the place of the keys, the place of the positions.

  /** Fills the keys. */
  const loadText = (dtype: DType, rank: number): string =>
    kernelText([
      "let line = position / parameters[2];",
      "let at = position % parameters[2];",
      "store(parameters[4] + position, u32(at));",
      "if (at >= parameters[5]) { store(parameters[3] + position, 0xffffffffu); return; }",
      ...splitIndex("line", rank, 6, "i"),
      `let word = ${loadElement(dtype, address(6 + rank, strided(rank + 1), [...positionNames("i", rank), "at"]))};`,
      `store(parameters[3] + position, ${keys[shaderType(dtype)]});`,
    ]);

  /** All steps within blocks: sequences of `parameters[5]` to `parameters[6]` elements become sorted. */
  const blocksText = groupKernelText(
    [
      `let begin = group * ${BLOCK};`,
      `for (var i = lane; i < ${BLOCK}; i += ${GROUP}) {`,
      "  key[i] = load(parameters[3] + begin + i);",
      "  place[i] = load(parameters[4] + begin + i);",
      "}",
      "workgroupBarrier();",
      "for (var size = parameters[5]; size <= parameters[6]; size = size * 2) {",
      `  for (var stride = min(size / 2, ${BLOCK / 2}); stride > 0; stride = stride / 2) {`,
      `    for (var pair = lane; pair < ${BLOCK / 2}; pair += ${GROUP}) {`,
      "      let low = (pair / stride) * stride * 2 + pair % stride;",
      "      let high = low + stride;",
      "      let ascending = (((begin + low) % parameters[2]) & size) == 0;",
      ...exchange("key", "place").map((line) => `      ${line}`),
      "    }",
      "    workgroupBarrier();",
      "  }",
      "}",
      `for (var i = lane; i < ${BLOCK}; i += ${GROUP}) {`,
      "  store(parameters[3] + begin + i, key[i]);",
      "  store(parameters[4] + begin + i, place[i]);",
      "}",
    ],
    `var<workgroup> key: array<u32, ${BLOCK}>;\nvar<workgroup> place: array<u32, ${BLOCK}>;\n`,
  );

  /** One step over the arena. */
  const stepText = kernelText([
    "let size = parameters[5];",
    "let stride = parameters[6];",
    "let start = (position / stride) * stride * 2 + position % stride;",
    "let ascending = ((start % parameters[2]) & size) == 0;",
    "let low = parameters[3] + start;",
    "let high = low + stride;",
    "let shift = parameters[4] - parameters[3];",
    "let a = load(low);",
    "let b = load(high);",
    "let first = load(low + shift);",
    "let second = load(high + shift);",
    "if ((a > b || (a == b && first > second)) == ascending) {",
    "  store(low, b);",
    "  store(high, a);",
    "  store(low + shift, second);",
    "  store(high + shift, first);",
    "}",
  ]);

  /** Writes values and positions. */
  const storeText = (dtype: DType, rank: number): string => {
    const names = positionNames("i", rank);
    const startOf = (operand: number): number => 6 + rank + operand * (rank + 2);
    return kernelText([
      "let line = position / parameters[5];",
      "let at = position % parameters[5];",
      "let origin = i32(load(parameters[4] + line * parameters[2] + at));",
      ...splitIndex("line", rank, 6, "i"),
      `let value = ${loadElement(dtype, address(startOf(0), strided(rank + 1), [...names, "origin"]))};`,
      storeElement(dtype, address(startOf(1), strided(rank + 1), [...names, "at"]), "value"),
      storeElement("int32", address(startOf(2), strided(rank + 1), [...names, "at"]), "u32(origin)"),
    ]);
  };

  return (x, axis, values, indices) => {
    const size = sizeOf(x.shape);
    if (size === 0) return;
    const length = x.shape[axis]!;
    const lines = size / length;
    // Lines of less than a block are padded to a divisor of the block, so that lines do not cross blocks.
    let padded = 1;
    while (padded < length) padded *= 2;
    const count = Math.ceil((lines * padded) / BLOCK) * BLOCK;
    const scratch = arena.take("sort", 2 * count * 4);
    const head = [padded, scratch.word, scratch.word + count];
    const without = (list: readonly number[]): readonly number[] => list.filter((_, other) => other !== axis);
    const shape = without(x.shape);
    const place = (view: GpuView): readonly number[] => [
      positionOf(view),
      ...without(view.strides),
      view.strides[axis]!,
    ];
    const rank = shape.length;
    const load = find(`load|${x.dtype}|${rank}`, () => loadText(x.dtype, rank));
    queue.dispatch(
      "sort",
      load,
      [0, lines * padded, ...head, length, ...shape, ...place(x)],
      ...gridFor(lines * padded),
    );
    const blocks = find("blocks", () => blocksText);
    const groups = count / BLOCK;
    if (padded > 1) {
      queue.dispatch("sort", blocks, [0, groups, ...head, 2, Math.min(padded, BLOCK)], ...gridFor(groups, 1));
    }
    const step = find("step", () => stepText);
    for (let sequence = 2 * BLOCK; sequence <= padded; sequence *= 2) {
      for (let stride = sequence / 2; stride >= BLOCK; stride /= 2) {
        queue.dispatch(
          "sort",
          step,
          [0, (lines * padded) / 2, ...head, sequence, stride],
          ...gridFor((lines * padded) / 2),
        );
      }
      queue.dispatch("sort", blocks, [0, groups, ...head, sequence, sequence], ...gridFor(groups, 1));
    }
    const store = find(`store|${x.dtype}|${rank}`, () => storeText(x.dtype, rank));
    const stored = [0, size, ...head, length, ...shape, ...place(x), ...place(values), ...place(indices)];
    queue.dispatch("sort", store, stored, ...gridFor(size));
    arena.give(scratch);
  };
}
