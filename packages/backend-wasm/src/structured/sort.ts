/**
 * The member `sort`: a stable bottom-up merge sort along an axis, of keys with their positions.
 *
 * @module
 */
import { type DType, sizeOf } from "@lucid/backend";
import type { Code, HelperFunction } from "../assembler/code.js";
import { F64, I32, type Local } from "../assembler/types.js";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import { blockLayout } from "../expression/nest.js";
import { BLOCK, BLOCK_WORD, type Kernel, type Platform } from "../kernel.js";
import { compileLoops, elements } from "./elements.js";
import { enterLoops, loopsEndingWith } from "./run-loops.js";

/** The `sort` member of a backend. */
export type SortMember = (x: WasmView, axis: number, values: WasmView, indices: WasmView) => void;

/** The time of one element and merge in nanoseconds. */
const COST = 4;

/** Makes the `sort` member. */
export function createSort(platform: Platform, buffers: Buffers): SortMember {
  const kernels = new Map<string, Kernel>();
  return (x, axis, values, indices) => {
    const size = sizeOf(x.shape);
    if (size === 0) return;
    buffers.begin();
    const { dtype } = x;
    const length = x.shape[axis]!;
    const nest = loopsEndingWith(x.shape, axis, [x.strides, values.strides, indices.strides, x.shape.map(() => 0)]);
    const loops = nest.shape.length;
    const key = `${dtype},${loops}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) kernels.set(key, (kernel = compileSort(platform, dtype, loops)));
    const cost = COST * size * Math.ceil(Math.log2(length + 1));
    const threads = loops > 1 && cost >= platform.shareFrom ? platform.threads : 1;
    // Each thread needs two arrays of float64 keys and two of int32 positions.
    const slot = buffers.scratch(length * 24 * threads);
    try {
      const scratch: WasmBuffer = { dtype: "float64", length: length * 3 * threads, slot, lease: undefined };
      const room: WasmView = { ...x, buffer: scratch, offset: 0 };
      const blockBytes = enterLoops(platform, buffers, [x, values, indices, room], nest);
      if (threads === 1) {
        kernel.run(BLOCK, 0, nest.shape[0]!);
        return;
      }
      const { words } = platform;
      const roomAt = blockLayout(0, 4, loops).pointers / 4 + ROOM;
      for (let thread = 1; thread < threads; thread++) {
        const block = BLOCK_WORD + (thread * blockBytes) / 4;
        words.copyWithin(block, BLOCK_WORD, BLOCK_WORD + blockBytes / 4);
        words[block + roomAt]! += length * 24 * thread;
      }
      platform.run(kernel, nest.shape[0]!, 1, cost, undefined, blockBytes);
    } finally {
      buffers.release(slot);
    }
  };
}

/** The number of the operand for working memory, which comes after x, values and indices. */
const ROOM = 3;

/** Writes `for (i = from; i < to; i++)` with a new local. */
function forRange(code: Code, from: Local, to: Local, body: (i: Local) => void): void {
  const i = code.local(I32);
  code.copy(i, from);
  code.block((done) => {
    code.loop((again) => {
      code.op("i32.ge_u", i, to);
      code.brIf(done);
      body(i);
      code.increase(i, 1);
      code.br(again);
    });
  });
}

const shifted = (code: Code, base: Local, index: Local, bits: number): Local =>
  code.value("i32.add", base, code.value("i32.shl", index, code.constantI32(bits)));

/** Merges the sorted runs `[start, middle)` and `[middle, end)`. If keys are equal, those of the left run come first. NaN is last. */
const merge: HelperFunction = {
  name: "merge",
  parameters: [I32, I32, I32, I32, I32, I32, I32],
  results: [],
  body(code) {
    const [keys, places, toKeys, toPlaces, start, middle, end] = code.parameters as Local[];
    const left = code.local(I32);
    const right = code.local(I32);
    code.copy(left, start!);
    code.copy(right, middle!);
    forRange(code, start!, end!, (to) => {
      const from = code.local(I32);
      const takesLeft = code.local(I32);
      code.copy(takesLeft, code.constantI32(0));
      code.op("i32.lt_u", left, middle!);
      code.if(() => {
        code.copy(takesLeft, code.constantI32(1));
        code.op("i32.lt_u", right, end!);
        code.if(() => {
          const a = code.load("f64.load", shifted(code, keys!, left, 3));
          const b = code.load("f64.load", shifted(code, keys!, right, 3));
          // The left key comes first unless b < a, where NaN counts as larger than all numbers.
          const isBelow = code.value("f64.lt", b, a);
          const isNaNAbove = code.value("i32.and", code.value("f64.ne", a, a), code.value("f64.eq", b, b));
          code.assign(takesLeft, "i32.eqz", code.value("i32.or", isBelow, isNaNAbove));
        });
      });
      code.get(takesLeft);
      code.if(
        () => {
          code.copy(from, left);
          code.increase(left, 1);
        },
        () => {
          code.copy(from, right);
          code.increase(right, 1);
        },
      );
      code.store("f64.store", shifted(code, toKeys!, to, 3), code.load("f64.load", shifted(code, keys!, from, 3)));
      code.store("i32.store", shifted(code, toPlaces!, to, 2), code.load("i32.load", shifted(code, places!, from, 2)));
    });
  },
};

/** Compiles the sort of one element type. Keys of every type are exact in float64. */
function compileSort(platform: Platform, dtype: DType, loops: number): Kernel {
  const { type, load, store } = elements[dtype];
  return compileLoops(platform, [dtype, dtype, "int32", "float64"], loops, (code, nest) => {
    nest.loops(0, loops - 1, () => {
      const last = loops - 1;
      const [x, values, indices] = nest.pointers.map((pointer) => copyOf(code, pointer));
      const [xStep, valueStep, indexStep] = [0, 1, 2].map((operand) => nest.stride(operand, last));
      const length = nest.size(last);
      const room = nest.pointers[ROOM];
      const zero = code.constantI32(0);
      const eights = code.value("i32.shl", length, code.constantI32(3));
      const fours = code.value("i32.shl", length, code.constantI32(2));
      const [keys, places, otherKeys, otherPlaces] = [
        code.local(I32),
        code.local(I32),
        code.local(I32),
        code.local(I32),
      ];
      code.copy(keys, room!);
      code.assign(otherKeys, "i32.add", keys, eights);
      code.assign(places, "i32.add", otherKeys, eights);
      code.assign(otherPlaces, "i32.add", places, fours);
      forRange(code, zero, length, (i) => {
        const element = code.load(load, x!);
        const key =
          type === F64 ? element : code.value(dtype === "float32" ? "f64.promote_f32" : "f64.convert_i32_s", element);
        code.store("f64.store", shifted(code, keys, i, 3), key);
        code.store("i32.store", shifted(code, places, i, 2), i);
        code.assign(x!, "i32.add", x!, xStep!);
      });
      const width = code.local(I32);
      code.copy(width, code.constantI32(1));
      code.block((done) => {
        code.loop((again) => {
          code.op("i32.ge_u", width, length);
          code.brIf(done);
          const start = code.local(I32);
          code.copy(start, zero);
          code.loop((next) => {
            const smaller = (a: Local, b: Local): Local => code.select(I32, a, b, code.value("i32.lt_u", a, b));
            const middle = smaller(code.value("i32.add", start, width), length);
            const end = smaller(code.value("i32.add", middle, width), length);
            code.call(merge, keys, places, otherKeys, otherPlaces, start, middle, end);
            code.copy(start, end);
            code.op("i32.lt_u", start, length);
            code.brIf(next);
          });
          for (const [a, b] of [
            [keys, otherKeys],
            [places, otherPlaces],
          ] as const) {
            const kept = code.local(I32);
            code.copy(kept, a);
            code.copy(a, b);
            code.copy(b, kept);
          }
          code.assign(width, "i32.shl", width, code.constantI32(1));
          code.br(again);
        });
      });
      forRange(code, zero, length, (i) => {
        const key = code.load("f64.load", shifted(code, keys, i, 3));
        const element =
          type === F64 ? key : code.value(dtype === "float32" ? "f32.demote_f64" : "i32.trunc_sat_f64_s", key);
        code.store(store, values!, element);
        code.store("i32.store", indices!, code.load("i32.load", shifted(code, places, i, 2)));
        code.assign(values!, "i32.add", values!, valueStep!);
        code.assign(indices!, "i32.add", indices!, indexStep!);
      });
    });
  });
}

function copyOf(code: Code, local: Local): Local {
  const copy = code.local(I32);
  code.copy(copy, local);
  return copy;
}
