/**
 * The `matmul` member: products of matrices, and the work on them afterwards.
 *
 * @module
 */
import { contiguousStrides, type Epilogue, type NurserySlot, sizeOf } from "@lucid/backend";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import type { MapMember } from "../expression/map.js";
import type { Platform } from "../kernel.js";
import { createMatmul as createProduct, type MatmulOperand } from "../matmul/matmul.js";

/** The `matmul` member of a backend. */
export type MatmulMember = (a: WasmView, b: WasmView, output: WasmView, epilogue?: Epilogue<WasmBuffer>) => void;

/** Makes the `matmul` member. */
export function createMatmul(platform: Platform, buffers: Buffers, map: MapMember): MatmulMember {
  let room: NurserySlot | undefined;
  const product = createProduct({
    platform,
    scratch: (byteLength) => {
      room = buffers.scratch(byteLength);
      return buffers.nursery.address(room);
    },
    release: () => {
      if (room !== undefined) buffers.release(room);
      room = undefined;
    },
  });
  const operand = (view: WasmView): MatmulOperand => ({ address: buffers.address(view), strides: view.strides });
  /** What comes after the product is brought in before it: there must be room for all before anything is written. */
  const multiply = (a: WasmView, b: WasmView, output: WasmView, later: readonly WasmView[]): void => {
    buffers.begin();
    for (const view of later) buffers.address(view);
    const depth = a.shape[a.shape.length - 1]!;
    product(a.dtype as "float32" | "float64", operand(a), operand(b), operand(output), output.shape, depth);
  };
  return (a, b, output, epilogue) => {
    if (sizeOf(output.shape) === 0) return;
    if (epilogue === undefined) {
      multiply(a, b, output, NOTHING);
      return;
    }
    const { expr, inputs, scalars } = epilogue;
    if (output.dtype === a.dtype) {
      // In the place of the result, which no input overlaps.
      multiply(a, b, output, inputs);
      map({ exprs: [expr], inputs: [output, ...inputs], scalars, outputs: [output] });
      return;
    }
    const { shape } = output;
    const buffer = buffers.allocate(a.dtype, sizeOf(shape));
    try {
      const whole: WasmView = { buffer, dtype: a.dtype, shape, strides: contiguousStrides(shape), offset: 0 };
      multiply(a, b, whole, inputs);
      map({ exprs: [expr], inputs: [whole, ...inputs], scalars, outputs: [output] });
    } finally {
      buffers.free(buffer);
    }
  };
}

const NOTHING: readonly WasmView[] = [];
