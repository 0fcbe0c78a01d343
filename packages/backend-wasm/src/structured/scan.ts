/**
 * The member `scan`: running results along an axis. float32 sums and products are accumulated in float64, and every output is rounded.
 *
 * @module
 */
import { type DType, dtypes, type InputExpr, input, type ScanOp, sizeOf } from "@lucid/backend";
import { mergeLoops, type Operands, shortestSteps } from "@lucid/backend/kit";
import type { Code } from "../assembler/code.js";
import { F64, I32, type Local, type ValueType } from "../assembler/types.js";
import type { Buffers, WasmView } from "../buffer.js";
import { accumulationOf, newState, resetState } from "../expression/accumulate.js";
import { castVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import { type Moves, moveOf, Nest, type NestOptions } from "../expression/nest.js";
import { LANES } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { compileLoops, elements, extremeOf } from "./elements.js";
import { loopsEndingWith, runLoops, shareLoops } from "./run-loops.js";

/** The `scan` member of a backend. */
export type ScanMember = (op: ScanOp, x: WasmView, axis: number, output: WasmView) => void;

/** Makes the `scan` member. */
export function createScan(platform: Platform, buffers: Buffers): ScanMember {
  const kernels = new Map<string, Kernel>();
  const runSideBySide = (op: ScanOp, x: WasmView, axis: number, side: number, output: WasmView): void => {
    const others: number[] = [];
    for (let other = 0; other < x.shape.length; other++) if (other !== axis && other !== side) others.push(other);
    const all = [x.strides, output.strides];
    const outer = mergeLoops(others, x.shape, all);
    const nest = {
      shape: [...outer.shape, x.shape[side]!, x.shape[axis]!],
      strides: all.map((along, i) => [...outer.strides[i]!, along[side]!, along[axis]!]),
    };
    const loops = nest.shape.length;
    const moves = nest.strides.map((along) => moveOf(along[loops - 2]!));
    const key = `${op},${x.dtype},${loops},${moves}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) kernels.set(key, (kernel = compileSideBySide(platform, op, x.dtype, loops, moves)));
    shareLoops(platform, buffers, kernel, [x, output], nest, COST);
  };
  return (op, x, axis, output) => {
    if (sizeOf(x.shape) === 0) return;
    buffers.begin();
    const side = shortestSteps(x.shape, axis, x, output);
    if (side !== axis && x.shape[side]! >= LANES) {
      runSideBySide(op, x, axis, side, output);
      return;
    }
    const nest = loopsEndingWith(x.shape, axis, [x.strides, output.strides]);
    const loops = nest.shape.length;
    const key = `${op},${x.dtype},${loops}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) kernels.set(key, (kernel = compileScan(platform, op, x.dtype, loops)));
    if (loops === 1) runLoops(platform, buffers, kernel, [x, output], nest);
    else shareLoops(platform, buffers, kernel, [x, output], nest, COST);
  };
}

/** The time of one element in nanoseconds. */
const COST = 1;

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

/** Compiles scans one by one. The first element is the initial state, so no operation needs a neutral element. */
function compileScan(platform: Platform, op: ScanOp, dtype: DType, loops: number): Kernel {
  const { type, load, store } = elements[dtype];
  const wide = dtype === "float32" && (op === "sum" || op === "prod");
  const held: ValueType = wide ? F64 : type;
  return compileLoops(platform, [dtype, dtype], loops, (code, nest) => {
    const first = code.local(I32);
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

/** Compiles scans side by side: the vector loop runs over them, and the loop along the scanned axis is inside it. */
function compileSideBySide(platform: Platform, op: ScanOp, dtype: DType, loops: number, moves: Moves): Kernel {
  const accumulation = accumulationOf(op, dtype);
  const operands: Operands = { inputs: [0], dtypes: [dtype], axes: [], rowMajor: false, count: 1, scalars: 0 };
  const options: NestOptions = { operands, outputs: [dtype], moves, loops, vectorLoop: loops - 2 };
  const x = input(0, dtype) as InputExpr;
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const nest = new Nest(code, block, options);
    nest.restrict(begin, end);
    nest.loops(0, loops - 2, () => {
      nest.vectorLoop(nest.size(loops - 2), 4, ({ vectors, count }) => {
        const states = Array.from({ length: vectors }, () => newState(code, accumulation));
        for (const state of states) resetState(code, accumulation, state);
        nest.loop(loops - 1, nest.size(loops - 1), () => {
          for (let vector = 0; vector < vectors; vector++) {
            const state = states[vector]!;
            accumulation.add(code, state, nest.leaves(vector, count).input(x), 0);
            const result = castVector(code, accumulation.result(state), accumulation.resultType, dtype);
            store(code, nest, 1, x, result, vector, count);
          }
        });
      });
    });
  });
  return platform.kernel(module);
}
