/**
 * `gather` and `scatter`. Elements are copied as words, whatever their type is.
 *
 * @module
 */
import type { DType, Outcome, ScatterMode } from "@lucid/backend";
import { sizeOf } from "@lucid/backend";
import { type GpuView, positionOf } from "../buffer.js";
import type { Failures } from "../failures.js";
import type { KernelQueue } from "../queue.js";
import { loadElement, loadValue, storeElement, storeValue } from "../shader/elements.js";
import type { Tuning } from "../tuning.js";
import { address, createKernels, gridFor, kernelText, positionNames, splitIndex, strided } from "./dispatch.js";
import { combine, report } from "./scatter-steps.js";
import { isWorthSorting, type SortedScatter } from "./sorted-scatter.js";

/** One dispatch of a scatter takes so many elements of every line, so that no dispatch runs for seconds. */
const LONGEST = 1 << 16;

/** Makes the members `gather` and `scatter`. */
export function createPick(
  queue: KernelQueue,
  failures: Failures,
  tuning: Tuning,
  sortedScatter: SortedScatter,
): {
  gather(source: GpuView, index: GpuView, axis: number, output: GpuView): Outcome;
  scatter(mode: ScatterMode, source: GpuView, index: GpuView, axis: number, output: GpuView): Outcome;
} {
  const find = createKernels(queue);

  function gatherText(dtype: DType, rank: number, axis: number): string {
    // The parameters: 0, positions, slot, the size of the axis, the shape, then source, index and output.
    const startOf = (operand: number): number => 4 + rank + operand * (rank + 1);
    const names = positionNames("i", rank);
    const picked = names.map((name, loop) => (loop === axis ? "picked" : name));
    return kernelText([
      ...splitIndex("position", rank, 4, "i"),
      `let picked = ${loadValue("int32", address(startOf(1), strided(rank), names))};`,
      "var word = 0u;",
      "if (picked < 0 || picked >= parameters[3]) {",
      ...report.map((line) => `  ${line}`),
      `} else { word = ${loadElement(dtype, address(startOf(0), strided(rank), picked))}; }`,
      storeElement(dtype, address(startOf(2), strided(rank), names), "word"),
    ]);
  }

  /** One invocation goes through a line, because only elements of one line can meet in the output. */
  function scatterText(mode: ScatterMode, dtype: DType, rank: number, axis: number): string {
    // The parameters: 0, lines, slot, the size of the output's axis, first and last element, the shape of the lines,
    // then source, index and output.
    const startOf = (operand: number): number => 6 + rank + operand * (rank + 1);
    const names = positionNames("i", rank);
    const along = names.map((name, loop) => (loop === axis ? "i" : name));
    const picked = names.map((name, loop) => (loop === axis ? "picked" : name));
    return kernelText([
      ...splitIndex("position", rank, 6, "i"),
      "for (var i = parameters[4]; i < parameters[5]; i++) {",
      `  let picked = ${loadValue("int32", address(startOf(1), strided(rank), along))};`,
      "  if (picked < 0 || picked >= parameters[3]) {",
      ...report.map((line) => `    ${line}`),
      "    continue;",
      "  }",
      `  let place = ${address(startOf(2), strided(rank), picked)};`,
      `  let old = ${loadValue(dtype, "place")};`,
      `  let value = ${loadValue(dtype, address(startOf(0), strided(rank), along))};`,
      `  ${storeValue(dtype, "place", combine(mode, dtype, "old", "value"))}`,
      "}",
    ]);
  }

  return {
    gather(source, index, axis, output) {
      const size = sizeOf(output.shape);
      if (size === 0) return;
      const rank = output.shape.length;
      const kernel = find(`gather|${source.dtype}|${rank}|${axis}`, () => gatherText(source.dtype, rank, axis));
      const [slot, deferred] = failures.expect("gather", source.shape[axis]!);
      const parameters = [0, size, slot, source.shape[axis]!, ...output.shape];
      for (const view of [source, index, output]) parameters.push(positionOf(view), ...view.strides);
      queue.dispatch("gather", kernel, parameters, ...gridFor(size));
      return deferred;
    },

    scatter(mode, source, index, axis, output) {
      const size = sizeOf(source.shape);
      if (size === 0) return;
      const { dtype } = source;
      const rank = source.shape.length;
      const length = source.shape[axis]!;
      if (isWorthSorting(tuning, size / length, length)) {
        const [slot, deferred] = failures.expect("scatter", output.shape[axis]!);
        sortedScatter(mode, source, index, axis, output, slot);
        return deferred;
      }
      const kernel = find(`${mode}|${dtype}|${rank}|${axis}`, () => scatterText(mode, dtype, rank, axis));
      const lines = size / length;
      const [slot, deferred] = failures.expect("scatter", output.shape[axis]!);
      const shape = source.shape.map((extent, loop) => (loop === axis ? 1 : extent));
      for (let first = 0; first < length; first += LONGEST) {
        const last = Math.min(first + LONGEST, length);
        const parameters = [0, lines, slot, output.shape[axis]!, first, last, ...shape];
        for (const view of [source, index, output]) parameters.push(positionOf(view), ...view.strides);
        queue.dispatch("scatter", kernel, parameters, ...gridFor(lines));
      }
      return deferred;
    },
  };
}
