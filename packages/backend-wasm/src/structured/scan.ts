/**
 * Running results along an axis. float32 sums and products are kept in float64, and every output is rounded.
 *
 * @module
 */
import { type DType, dtypes, type ScanOp, sizeOf } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { F64, type Local, type ValueType } from "../assembler/types.js";
import type { Buffers, WasmView } from "../buffer.js";
import type { Kernel, Platform } from "../kernel.js";
import { compileLoops, elements, extremeOf } from "./elements.js";
import { loopsEndingWith, runLoops } from "./run-loops.js";

/** The `scan` member of a backend. */
export type ScanMember = (op: ScanOp, x: WasmView, axis: number, output: WasmView) => void;

/** Makes the `scan` member. */
export function createScan(platform: Platform, buffers: Buffers): ScanMember {
  const kernels = new Map<string, Kernel>();
  return (op, x, axis, output) => {
    if (sizeOf(x.shape) === 0) return;
    buffers.begin();
    const nest = loopsEndingWith(x.shape, axis, [x.strides, output.strides]);
    const loops = nest.shape.length;
    const key = `${op},${x.dtype},${loops}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) kernels.set(key, (kernel = compileScan(platform, op, x.dtype, loops)));
    runLoops(platform, buffers, kernel, [x, output], nest);
  };
}

type Combine = (code: Code, dtype: DType, state: Local, value: Local) => Local;

const arithmetic =
  (name: "add" | "mul"): Combine =>
  (code, dtype, a, b) =>
    code.value(`${dtypes[dtype].kind === "float" ? "f64" : "i32"}.${name}`, a, b);

const combinations = {
  sum: arithmetic("add"),
  prod: arithmetic("mul"),
  max: (code, dtype, a, b) => extremeOf(code, dtype, true, a, b),
  min: (code, dtype, a, b) => extremeOf(code, dtype, false, a, b),
} satisfies Record<ScanOp, Combine>;

/** The first element begins the state, so that no operation needs a neutral one. */
function compileScan(platform: Platform, op: ScanOp, dtype: DType, loops: number): Kernel {
  const { type, load, store } = elements[dtype];
  const wide = dtype === "float32" && (op === "sum" || op === "prod");
  const held: ValueType = wide ? F64 : type;
  return compileLoops(platform, [dtype, dtype], loops, (code, nest) => {
    const first = code.local(0x7f);
    const state = code.local(held);
    const line = (): void => {
      code.copy(first, code.constantI32(1));
      nest.loop(loops - 1, nest.size(loops - 1), () => {
        const [from, to] = nest.pointers as [Local, Local];
        const element = code.load(load, from);
        const value = wide ? code.value("f64.promote_f32", element) : element;
        code.get(first);
        code.if(
          () => {
            code.copy(state, value);
            code.copy(first, code.constantI32(0));
          },
          () => code.copy(state, combinations[op](code, dtype, state, value)),
        );
        code.store(store, to, wide ? code.value("f32.demote_f64", state) : state);
      });
    };
    nest.loops(0, loops - 1, line);
  });
}
