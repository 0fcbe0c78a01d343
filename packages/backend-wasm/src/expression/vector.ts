/**
 * Four elements at a time: one vector, or two for float64. uint8 and bool are in 32-bit lanes, and bools are masks.
 *
 * @module
 */
import { type DType, dtypes } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import type { LaneLoadName, LaneStoreName } from "../assembler/instructions.js";
import { I32, type Local } from "../assembler/types.js";

/** The number of elements in a {@link Vector}. */
export const LANES = 4;

/** Four neighbouring elements, in one local or (for float64) in two. */
export type Vector = readonly Local[];

/** A vector whose lower half is the upper half of the given one. */
export function upperHalf(code: Code, vector: Local): Local {
  return code.shuffle32(vector, vector, [2, 3, 2, 3]);
}

/** Converts a mask of 32-bit lanes to two masks of 64-bit lanes. */
export function widenMask(code: Code, mask: Local): Vector {
  return [code.value("i64x2.extend_low_i32x4_s", mask), code.value("i64x2.extend_high_i32x4_s", mask)];
}

/** The lower words of four 64-bit lanes, in one vector. */
export function lowWords(code: Code, low: Local, high: Local): Local {
  return code.shuffle32(low, high, [0, 2, 4, 6]);
}

const isNotZero = (code: Code, vector: Local): Local => code.value("i32x4.ne", vector, code.i32x4(0));

/** Loads four neighbouring elements at `address + offset`, in whole words. */
export function loadVector(code: Code, dtype: DType, address: Local, offset: number): Vector {
  switch (dtype) {
    case "float64":
      return [code.load("v128.load", address, offset), code.load("v128.load", address, offset + 16)];
    case "float32":
    case "int32":
      return [code.load("v128.load", address, offset)];
    case "float16":
    case "bfloat16":
      return [code.load("v128.load16x4_u", address, offset)];
    default:
      return [widenBytes(code, dtype, code.load("v128.load32_zero", address, offset))];
  }
}

/** The lowest four bytes as 32-bit lanes. */
function widenBytes(code: Code, dtype: DType, bytes: Local): Local {
  const wide = code.value("i32x4.extend_low_i16x8_u", code.value("i16x8.extend_low_i8x16_u", bytes));
  return dtype === "bool" ? isNotZero(code, wide) : wide;
}

/** One element in every lane. */
export function loadSplat(code: Code, dtype: DType, address: Local, offset = 0): Vector {
  switch (dtype) {
    case "float64": {
      const value = code.load("v128.load64_splat", address, offset);
      return [value, value];
    }
    case "float32":
    case "int32":
      return [code.load("v128.load32_splat", address, offset)];
    case "float16":
    case "bfloat16":
      return [code.value("i32x4.splat", code.load("i32.load16_u", address, offset))];
    default: {
      const value = code.value("i32x4.splat", code.load("i32.load8_u", address, offset));
      return [dtype === "bool" ? isNotZero(code, value) : value];
    }
  }
}

/** Loads elements from four addresses. */
export function loadLanes(code: Code, dtype: DType, addresses: readonly Local[]): Vector {
  const [a, b, c, d] = addresses as [Local, Local, Local, Local];
  switch (dtype) {
    case "float64": {
      const pair = (x: Local, y: Local): Local =>
        code.loadLane("v128.load64_lane", 1, y, code.load("v128.load64_zero", x));
      return [pair(a, b), pair(c, d)];
    }
    case "float32":
    case "int32": {
      let vector = code.load("v128.load32_zero", a);
      for (const [lane, address] of [b, c, d].entries()) {
        vector = code.loadLane("v128.load32_lane", lane + 1, address, vector);
      }
      return [vector];
    }
    case "float16":
    case "bfloat16": {
      let vector = code.load("v128.load16_splat", a);
      for (const [lane, address] of [b, c, d].entries()) {
        vector = code.loadLane("v128.load16_lane", lane + 1, address, vector);
      }
      return [code.value("i32x4.extend_low_i16x8_u", vector)];
    }
    default: {
      let vector = code.load("v128.load8_splat", a);
      for (const [lane, address] of [b, c, d].entries()) {
        vector = code.loadLane("v128.load8_lane", lane + 1, address, vector);
      }
      return [widenBytes(code, dtype, vector)];
    }
  }
}

/** Converts a vector to the form of elements in memory. Elements of less than four bytes are then in the lowest lanes. */
function packed(code: Code, dtype: DType, vector: Vector): Vector {
  const { bytes } = dtypes[dtype];
  if (bytes >= 4) return vector;
  const value = dtype === "bool" ? code.value("v128.and", vector[0]!, code.i32x4(1)) : vector[0]!;
  const halves = code.value("i16x8.narrow_i32x4_u", value, value);
  return [bytes === 2 ? halves : code.value("i8x16.narrow_i16x8_u", halves, halves)];
}

/** Stores four elements at `address + offset`. */
export function storeVector(code: Code, dtype: DType, address: Local, vector: Vector, offset: number): void {
  const [low, high] = packed(code, dtype, vector);
  switch (dtype) {
    case "float64":
      code.store("v128.store", address, low!, offset);
      code.store("v128.store", address, high!, offset + 16);
      break;
    case "float32":
    case "int32":
      code.store("v128.store", address, low!, offset);
      break;
    case "float16":
    case "bfloat16":
      code.storeLane("v128.store64_lane", 0, address, low!, offset);
      break;
    default:
      code.storeLane("v128.store32_lane", 0, address, low!, offset);
  }
}

const laneStores: Readonly<Record<number, LaneStoreName>> = {
  1: "v128.store8_lane",
  2: "v128.store16_lane",
  4: "v128.store32_lane",
  8: "v128.store64_lane",
};

/** The instruction that loads an element into a lane. */
export const laneLoads: Readonly<Record<number, LaneLoadName>> = {
  1: "v128.load8_lane",
  2: "v128.load16_lane",
  4: "v128.load32_lane",
  8: "v128.load64_lane",
};

/** Stores the first `count` elements, `step` bytes apart. `count` is a local from 1 to 4. */
export function storeLanes(
  code: Code,
  dtype: DType,
  address: Local,
  vector: Vector,
  step: Local,
  count: Local | undefined,
): void {
  const { bytes } = dtypes[dtype];
  const values = packed(code, dtype, vector);
  const target = code.local(I32);
  code.copy(target, address);
  code.block((done) => {
    for (let lane = 0; lane < LANES; lane++) {
      const wide = bytes === 8;
      code.storeLane(laneStores[bytes]!, wide ? lane & 1 : lane, target, values[wide ? lane >> 1 : 0]!);
      if (lane === LANES - 1) break;
      if (count !== undefined) {
        code.get(count);
        code.i32(lane + 1);
        code.op("i32.eq");
        code.brIf(done);
      }
      code.assign(target, "i32.add", target, step);
    }
  });
}
