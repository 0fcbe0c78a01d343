/**
 * The members `gather` and `scatter`: reading and writing along an axis at the positions that an index gives.
 *
 * @module
 */
import { type DType, dtypes, type ScatterMode, sizeOf } from "@lucid/backend";
import { shortestSteps } from "@lucid/backend/kit";
import type { Code } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import type { Buffers, WasmView } from "../buffer.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { compileLoops, elementAt, elements, extremeOf } from "./elements.js";
import type { CheckIndices } from "./indices.js";
import { loopsEndingWith, runLoops, shareLoops } from "./run-loops.js";

/** The address of the stride along the indexed axis, in bytes. It is the only argument outside the block. */
const STEP = BLOCK - 32;

/** The `gather` member of a backend. */
export type GatherMember = (source: WasmView, index: WasmView, axis: number, output: WasmView) => void;
/** The `scatter` member of a backend. */
export type ScatterMember = (
  mode: ScatterMode,
  source: WasmView,
  index: WasmView,
  axis: number,
  output: WasmView,
) => void;

const withZero = (strides: readonly number[], axis: number): readonly number[] =>
  strides.map((stride, other) => (other === axis ? 0 : stride));

/** Kernels by element type and number of loops. */
type Table = Map<string, Kernel>;

function find(table: Table, key: string, make: () => Kernel): Kernel {
  let kernel = table.get(key);
  if (kernel === undefined) table.set(key, (kernel = make()));
  return kernel;
}

/** Makes the `gather` member: `output[…, i, …] = source[…, index[…, i, …], …]`. */
export function createGather(platform: Platform, buffers: Buffers, check: CheckIndices): GatherMember {
  const kernels: Table = new Map();
  return (source, index, axis, output) => {
    const { shape } = index;
    if (sizeOf(shape) === 0) return;
    buffers.begin();
    check("gather", index, source.shape[axis]!);
    // An inner loop along `axis` has an index for each element. One along another axis moves through source and output in step.
    const inner = shape.length === 0 ? 0 : shortestSteps(shape, axis, output, source);
    const strides = [withZero(source.strides, axis), index.strides, output.strides];
    const nest = loopsEndingWith(shape, inner, strides);
    const loops = nest.shape.length;
    const last = loops - 1;
    const isRun = nest.strides[0]![last] === 1 && nest.strides[1]![last] === 0 && nest.strides[2]![last] === 1;
    const runs = isRun && nest.shape[last]! >= SHORTEST_RUN;
    const { dtype } = source;
    const kernel = find(kernels, `${dtype},${loops},${runs}`, () => compileGather(platform, dtype, loops, runs));
    platform.words[STEP / 4] = source.strides[axis]! * dtypes[dtype].bytes;
    shareLoops(platform, buffers, kernel, [source, index, output], nest, COST);
  };
}

/** The time of one element in nanoseconds. */
const COST = 1;

/** From this length on, neighbouring elements are copied by one instruction. */
const SHORTEST_RUN = 16;

function compileGather(platform: Platform, dtype: DType, loops: number, runs: boolean): Kernel {
  const { load, store } = elements[dtype];
  return compileLoops(platform, [dtype, "int32", dtype], loops, (code, nest) => {
    const step = code.load("i32.load", code.constantI32(STEP));
    const from = (): Local => {
      const [source, index] = nest.pointers as [Local, Local];
      return elementAt(code, source, code.load("i32.load", index), step);
    };
    if (!runs) {
      nest.loops(0, loops, () => code.store(store, nest.pointers[2]!, code.load(load, from())));
      return;
    }
    const length = code.value("i32.mul", nest.size(loops - 1), code.constantI32(dtypes[dtype].bytes));
    nest.loops(0, loops - 1, () => code.copyMemory(nest.pointers[2]!, from(), length));
  });
}

type Combine = (code: Code, dtype: DType, there: Local, value: Local) => Local;

const byType = (dtype: DType): "f32" | "f64" | "i32" =>
  dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";

/** Combines an element of the output with one of the source. Storing bytes wraps them. */
const combinations = {
  set: (_code, _dtype, _there, value) => value,
  add: (code, dtype, there, value) => code.value(`${byType(dtype)}.add`, there, value),
  prod: (code, dtype, there, value) => code.value(`${byType(dtype)}.mul`, there, value),
  max: (code, dtype, there, value) => extremeOf(code, dtype, true, there, value),
  min: (code, dtype, there, value) => extremeOf(code, dtype, false, there, value),
} satisfies Record<ScatterMode, Combine>;

/** Makes the `scatter` member: `output[…, index[…, i, …], …] ∘= source[…, i, …]`, in row-major order of the source. */
export function createScatter(platform: Platform, buffers: Buffers, check: CheckIndices): ScatterMember {
  const kernels: Table = new Map();
  return (mode, source, index, axis, output) => {
    const { shape } = index;
    if (sizeOf(shape) === 0) return;
    buffers.begin();
    check("scatter", index, output.shape[axis]!);
    // Elements with the same target differ only in their position along `axis`. Their order is kept by any order of loops that
    // runs through `axis` forwards.
    const inner = shape.length === 0 ? 0 : shortestSteps(shape, axis, source, output);
    const strides = [source.strides, index.strides, withZero(output.strides, axis)];
    const nest = loopsEndingWith(shape, inner, strides);
    const loops = nest.shape.length;
    const { dtype } = source;
    const kernel = find(kernels, `${mode},${dtype},${loops}`, () => compileScatter(platform, mode, dtype, loops));
    platform.words[STEP / 4] = output.strides[axis]! * dtypes[dtype].bytes;
    runLoops(platform, buffers, kernel, [source, index, output], nest);
  };
}

function compileScatter(platform: Platform, mode: ScatterMode, dtype: DType, loops: number): Kernel {
  const { load, store } = elements[dtype];
  return compileLoops(platform, [dtype, "int32", dtype], loops, (code, nest) => {
    const step = code.load("i32.load", code.constantI32(STEP));
    nest.loops(0, loops, () => {
      const [source, index, output] = nest.pointers as [Local, Local, Local];
      const place = elementAt(code, output, code.load("i32.load", index), step);
      const value = code.load(load, source);
      const there = mode === "set" ? code.local(I32) : code.load(load, place);
      code.store(store, place, combinations[mode](code, dtype, there, value));
    });
  });
}
