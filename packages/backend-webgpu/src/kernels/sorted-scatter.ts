/**
 * Scatter along long lines. The indices of a line are sorted first, which brings together all elements that meet in the
 * output. The invocation of the first of them combines them in their original order, so the result is the same every time.
 *
 * @module
 */
import { contiguousStrides, type DType, type ScatterMode, sizeOf } from "@lucid/backend";
import { type GpuTensorBuffer, type GpuView, positionOf } from "../buffer.js";
import type { ScratchMemory } from "../memory/arena.js";
import type { KernelQueue } from "../queue.js";
import { loadValue, storeValue } from "../shader/elements.js";
import type { Tuning } from "../tuning.js";
import { address, createKernels, gridFor, kernelText, positionNames, splitIndex, strided } from "./dispatch.js";
import { combine, report } from "./scatter-steps.js";
import type { Sort } from "./sort.js";

/** Shorter lines are not worth sorting. */
const LONG = 1024;

/** Scatters, and reports indices out of range in the slot `slot`. */
export type SortedScatter = (
  mode: ScatterMode,
  source: GpuView,
  index: GpuView,
  axis: number,
  output: GpuView,
  slot: number,
) => void;

/** Whether one invocation for each line would be too slow. */
export const isWorthSorting = (tuning: Tuning, lines: number, length: number): boolean =>
  length >= LONG && lines < tuning.invocations;

/** Makes the function that scatters along long lines. */
export function createSortedScatter(queue: KernelQueue, arena: ScratchMemory, sort: Sort): SortedScatter {
  const find = createKernels(queue);

  function textOf(mode: ScatterMode, dtype: DType, rank: number, axis: number): string {
    // The parameters: 0, elements, slot, the size of the output's axis, the length of a line, sorted indices, original
    // positions, words between lines of them, the shape of the lines, then source and output.
    const startOf = (operand: number): number => 8 + rank + operand * (rank + 1);
    const names = positionNames("i", rank);
    const along = (name: string): readonly string[] => names.map((other, loop) => (loop === axis ? name : other));
    const sorted = (at: string): string => loadValue("int32", `parameters[5] + ${at}`);
    const element = (at: string): readonly string[] => [
      `let origin = ${loadValue("int32", `parameters[6] + ${at}`)};`,
      `let value = ${loadValue(dtype, address(startOf(0), strided(rank), along("origin")))};`,
    ];
    // With set, the last element of those that meet is kept. Otherwise the first one begins.
    const isOther =
      mode === "set"
        ? `at + 1 < parameters[4] && ${sorted("begin + at + 1")} == picked`
        : `at > 0 && ${sorted("begin + at - 1")} == picked`;
    const meeting =
      mode === "set"
        ? [...element("begin + at"), storeValue(dtype, "place", "value")]
        : [
            `var total = ${loadValue(dtype, "place")};`,
            "for (var next = at; next < parameters[4]; next++) {",
            `  if (${sorted("begin + next")} != picked) { break; }`,
            ...element("begin + next").map((line) => `  ${line}`),
            `  total = ${combine(mode, dtype, "total", "value")};`,
            "}",
            storeValue(dtype, "place", "total"),
          ];
    return kernelText([
      "let line = position / parameters[4];",
      "let at = position % parameters[4];",
      "let begin = line * parameters[7];",
      `let picked = ${sorted("begin + at")};`,
      `if (${isOther}) { return; }`,
      "if (picked < 0 || picked >= parameters[3]) {",
      ...report.map((line) => `  ${line}`),
      "  return;",
      "}",
      ...splitIndex("line", rank, 8, "i"),
      `let place = ${address(startOf(1), strided(rank), along("picked"))};`,
      ...meeting,
    ]);
  }

  return (mode, source, index, axis, output, slot) => {
    const { dtype, shape } = source;
    const rank = shape.length;
    const length = shape[axis]!;
    const lines = sizeOf(shape) / length;
    // Indices that are the same for all lines are sorted once.
    const areShared = index.strides.every((stride, other) => other === axis || stride === 0 || shape[other] === 1);
    const lineShape = shape.map((size, other) => (other === axis ? 1 : size));
    const words = areShared ? length : lines * length;
    const scratch = arena.take("scatter", 2 * words * 4);
    const buffer: GpuTensorBuffer = { dtype: "int32", length: 2 * words, place: scratch };
    // Working memory holds one line after another, in row-major order of the other axes.
    const others = areShared ? shape.map(() => 1) : lineShape;
    const order = others.map((size, other) => (other === axis ? length : size));
    const strides = contiguousStrides(others).map((stride, other) => (other === axis ? 1 : stride * length));
    const scratchView = (offset: number): GpuView => ({
      buffer,
      dtype: "int32",
      shape: order,
      strides,
      offset,
    });
    sort({ ...index, shape: order }, axis, scratchView(0), scratchView(words));
    const kernel = find(`${mode}|${dtype}|${rank}|${axis}`, () => textOf(mode, dtype, rank, axis));
    const place = positionOf(scratchView(0));
    const parameters = [0, lines * length, slot, output.shape[axis]!, length, place, place + words];
    parameters.push(areShared ? 0 : length, ...lineShape);
    for (const view of [source, output]) parameters.push(positionOf(view), ...view.strides);
    queue.dispatch("scatter", kernel, parameters, ...gridFor(lines * length));
    arena.give(scratch);
  };
}
