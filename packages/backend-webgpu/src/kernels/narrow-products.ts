/**
 * Matrix products with an epilogue whose result has elements of less than a word, such as float16. Kernels of products
 * write whole words, so the epilogue is a call of its own.
 *
 * @module
 */
import { contiguousStrides, type Epilogue, sizeOf } from "@lucid/backend";
import type { ProductMembers } from "@lucid/backend/kit";
import type { GpuTensorBuffer, GpuView } from "../buffer.js";
import { elementsPerWord } from "../shader/elements.js";

/** The member `matmul`. */
export type Matmul = (a: GpuView, b: GpuView, output: GpuView, epilogue?: Epilogue<GpuTensorBuffer>) => void;

/** Makes the member `matmul` for every type of results from one for results of whole words. */
export function storingNarrow({ allocate, free, map }: ProductMembers<GpuTensorBuffer>, matmul: Matmul): Matmul {
  return (a, b, output, epilogue) => {
    if (epilogue === undefined || elementsPerWord(output.dtype) === 1) {
      matmul(a, b, output, epilogue);
      return;
    }
    const { shape } = output;
    const buffer = allocate("float32", sizeOf(shape));
    const product: GpuView = { buffer, dtype: "float32", shape, strides: contiguousStrides(shape), offset: 0 };
    try {
      matmul(a, b, product);
      const { expr, inputs, scalars } = epilogue;
      if (sizeOf(shape) > 0) map({ exprs: [expr], inputs: [product, ...inputs], scalars, outputs: [output] });
    } finally {
      free(buffer);
    }
  };
}
