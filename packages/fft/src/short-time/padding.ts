/**
 * Padding of signals, so that the first and the last segments have their centers at the ends.
 *
 * @module
 */
import { ArgumentError, closestName, describeValue } from "@lucid/backend";
import { callView, expandView } from "@lucid/tensor/extend";
import { cat, constantPadNd, type Tensor } from "@lucid/tensor/functions";
import { reversed, sliced } from "../internal/views.js";

/** What a signal is continued with: its mirror image, zeros, its last sample, or its other end. */
export type PadMode = "reflect" | "constant" | "replicate" | "circular";

const modes: readonly PadMode[] = ["reflect", "constant", "replicate", "circular"];

/** @throws ArgumentError unless there is such a mode, and enough samples for it. */
export function assertPadMode(operation: string, mode: unknown, size: number, count: number): asserts mode is PadMode {
  if (!modes.includes(mode as PadMode)) {
    const closest = typeof mode === "string" ? closestName(mode, modes) : undefined;
    throw new ArgumentError(operation, `padMode is ${describeValue(mode)}`, {
      rule: `padMode is ${modes.map((name) => JSON.stringify(name)).join(" or ")}`,
      ...(closest !== undefined && { remedy: `did you mean ${JSON.stringify(closest)}?` }),
    });
  }
  const needed = mode === "reflect" ? count + 1 : mode === "circular" ? count : mode === "replicate" ? 1 : 0;
  if (size >= needed) return;
  throw new ArgumentError(operation, `the signal has ${size} samples`, {
    rule: `padding by ${count} in the mode ${JSON.stringify(mode)} needs ${needed}`,
    remedy: 'choose padMode: "constant", or center: false',
  });
}

/** Adds `count` samples before and after those along an axis. */
export function padded(x: Tensor, axis: number, count: number, mode: PadMode): Tensor {
  const size = x.shape[axis]!;
  if (mode === "constant") {
    const pads = new Array<number>(2 * (x.ndim - axis)).fill(0);
    pads[pads.length - 2] = count;
    pads[pads.length - 1] = count;
    return constantPadNd(x, pads);
  }
  if (mode === "reflect") {
    const before = reversed(sliced(x, axis, 1, count), axis);
    return cat([before, x, reversed(sliced(x, axis, size - 1 - count, count), axis)], axis);
  }
  if (mode === "circular") return cat([sliced(x, axis, size - count, count), x, sliced(x, axis, 0, count)], axis);
  const shape = x.shape.map((length, i) => (i === axis ? count : length));
  const repeated = (position: number): Tensor => callView(expandView, sliced(x, axis, position, 1), { shape });
  return cat([repeated(0), x, repeated(size - 1)], axis);
}
