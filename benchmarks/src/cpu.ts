/** Views on the cpu backend, for cases that call a backend directly. */
import { type Backend, contiguousStrides, sizeOf, type View } from "@lucid/backend";
import { type CpuBuffer, createCpuBackend } from "@lucid/backend-cpu";

export const cpu: Backend<CpuBuffer> = createCpuBackend();

/** A contiguous float32 view. */
export function viewOf(shape: readonly number[], values?: Float32Array): View<CpuBuffer> {
  const buffer = cpu.allocate("float32", sizeOf(shape));
  if (values !== undefined) cpu.write(buffer, 0, values);
  return { buffer, dtype: "float32", shape, strides: contiguousStrides(shape), offset: 0 };
}
