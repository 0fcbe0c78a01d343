/**
 * Matrix products of storage types, for backends whose kernels multiply float32 and float64 alone.
 *
 * @module
 */
import { type Backend, cast, type DeviceBuffer, dtypes, input, isStorageType, sizeOf, type View } from "../index.js";

/** The members that {@link multiplyingStored} needs. */
export type ProductMembers<B extends DeviceBuffer> = Pick<Backend<B>, "allocate" | "free" | "map">;

/**
 * Makes the member `matmul` for every floating type from one for the types in which expressions compute: operands of a storage type
 * are converted into temporary buffers first. Elements that are repeated by a stride of 0 are converted once.
 *
 * @example
 * ```ts
 * const cpu = createCpuBackend();
 * const backend = { ...cpu, matmul: multiplyingStored(cpu, cpu.matmul) };
 * ```
 */
export function multiplyingStored<B extends DeviceBuffer>(
  { allocate, free, map }: ProductMembers<B>,
  matmul: Backend<B>["matmul"],
): Backend<B>["matmul"] {
  const computed = (view: View<B>, buffers: B[]): View<B> => {
    const dtype = dtypes[view.dtype].compute;
    const shape = view.shape.map((size, axis) => (view.strides[axis] === 0 && size > 1 ? 1 : size));
    const buffer = allocate(dtype, sizeOf(shape));
    buffers.push(buffer);
    const strides = stridesLike(view.strides, shape);
    const target = { buffer, dtype, shape, strides, offset: 0 };
    if (sizeOf(shape) > 0) {
      map({
        exprs: [cast(input(0, view.dtype), dtype)],
        inputs: [{ ...view, shape }],
        scalars: [],
        outputs: [target],
      });
    }
    const repeated = strides.map((stride, axis) => (shape[axis] === view.shape[axis] ? stride : 0));
    return { ...target, shape: view.shape, strides: repeated };
  };
  return (a, b, output, epilogue) => {
    if (!isStorageType(a.dtype)) {
      matmul(a, b, output, epilogue);
      return;
    }
    const buffers: B[] = [];
    try {
      const left = computed(a, buffers);
      matmul(left, computed(b, buffers), output, epilogue);
    } finally {
      for (const buffer of buffers) free(buffer);
    }
  };
}

/** Strides without gaps for elements of this shape, in the order in which the given strides have them. */
function stridesLike(given: readonly number[], shape: readonly number[]): readonly number[] {
  const axes = shape.map((_, axis) => axis).sort((p, q) => Math.abs(given[q]!) - Math.abs(given[p]!));
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (const axis of axes.reverse()) {
    strides[axis] = step;
    step *= Math.max(shape[axis]!, 1);
  }
  return strides;
}
