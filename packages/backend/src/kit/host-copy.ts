/**
 * Copying between backends whose buffers are in the host's memory.
 *
 * @module
 */
import { type Backend, isContiguous, sizeOf, type TypedArray, type View } from "../index.js";

/**
 * Copies a view of another backend into a host array. It does the work of the member `copyFrom` of a backend whose
 * buffers are host arrays. Returns false, and copies nothing, if the source has no `hostView` or if one of the views is
 * not contiguous.
 *
 * @param hostTarget returns the host array of the target's buffer. It is called before the source's `hostView`.
 *
 * @example
 * ```ts
 * const source = createCpuBackend();
 * const buffer = source.allocate("float32", 3);
 * source.write(buffer, 0, new Float32Array([1, 2, 3]));
 * const view = { buffer, dtype: "float32" as const, shape: [2], strides: [1], offset: 1 };
 * const values = new Float32Array(2);
 * copyFromHost(source, view, { ...view, offset: 0 }, () => values); // → true
 * values; // → Float32Array [2, 3]
 * ```
 */
export function copyFromHost(source: Backend, view: View, target: View, hostTarget: () => TypedArray): boolean {
  if (source.hostView === undefined || !isContiguous(view) || !isContiguous(target)) return false;
  const to = hostTarget();
  const from = source.hostView(view.buffer);
  to.set(from.subarray(view.offset, view.offset + sizeOf(view.shape)), target.offset);
  return true;
}
