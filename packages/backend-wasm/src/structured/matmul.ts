/**
 * The member `matmul`: matrix products and their epilogues.
 *
 * @module
 */
import { type Epilogue, sizeOf } from "@lucid/backend";
import type { NurserySlot } from "@lucid/backend/nursery";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import type { Platform } from "../kernel.js";
import { createMatmul as createProduct, type MatmulEpilogue } from "../matmul/matmul.js";

/** The `matmul` member of a backend. */
export type MatmulMember = (a: WasmView, b: WasmView, output: WasmView, epilogue?: Epilogue<WasmBuffer>) => void;

/** The place of an operand. Every call overwrites it, so that calls allocate nothing. */
interface Operand {
  address: number;
  strides: readonly number[];
}

const newOperand = (): Operand => ({ address: 0, strides: [] });

/** Makes the `matmul` member. */
export function createMatmul(platform: Platform, buffers: Buffers): MatmulMember {
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
  const left = newOperand();
  const right = newOperand();
  const result = newOperand();
  const further: Operand[] = [];
  const place = (operand: Operand, view: WasmView): void => {
    operand.address = buffers.address(view);
    operand.strides = view.strides;
  };
  return (a, b, output, epilogue) => {
    if (sizeOf(output.shape) === 0) return;
    buffers.begin();
    place(left, a);
    place(right, b);
    place(result, output);
    let work: MatmulEpilogue | undefined;
    if (epilogue !== undefined) {
      const { expr, inputs, scalars } = epilogue;
      for (let i = 0; i < inputs.length; i++) {
        if (i === further.length) further.push(newOperand());
        place(further[i]!, inputs[i]!);
      }
      work = { expr, inputs: further, scalars };
    }
    const depth = a.shape[a.shape.length - 1]!;
    product(a.dtype as "float32" | "float64", left, right, result, output.shape, depth, work);
  };
}
