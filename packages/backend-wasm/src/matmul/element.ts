/**
 * The two element types of products, and small pieces of code that all their functions are made of.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";

/** The vector instructions of a float type. */
export interface Element {
  readonly bytes: 4 | 8;
  /** The number of elements in a vector. */
  readonly lanes: 4 | 2;
  readonly shape: "f32x4" | "f64x2";
  /** Loads one element into all lanes. */
  readonly splat: "v128.load32_splat" | "v128.load64_splat";
  readonly load: "f32.load" | "f64.load";
  readonly store: "f32.store" | "f64.store";
  readonly addNumbers: "f32.add" | "f64.add";
}

export const elements: Readonly<Record<"float32" | "float64", Element>> = {
  float32: {
    bytes: 4,
    lanes: 4,
    shape: "f32x4",
    splat: "v128.load32_splat",
    load: "f32.load",
    store: "f32.store",
    addNumbers: "f32.add",
  },
  float64: {
    bytes: 8,
    lanes: 2,
    shape: "f64x2",
    splat: "v128.load64_splat",
    load: "f64.load",
    store: "f64.store",
    addNumbers: "f64.add",
  },
};

/** A new int32 local that is set to 0, because locals keep their values from one iteration to the next. */
export function zero(code: Code): Local {
  const local = code.local(I32);
  code.i32(0);
  code.set(local);
  return local;
}

/** A copy of an int32 local, to be changed. */
export function copyOf(code: Code, source: Local): Local {
  const local = code.local(I32);
  code.copy(local, source);
  return local;
}

/** `a + b·c` for int32, in a new local. */
export function sumOfProduct(code: Code, a: Local, b: Local, c: Local): Local {
  code.op("i32.mul", b, c);
  return code.value("i32.add", a);
}

/** The smaller of two int32, in a new local. */
export function minimum(code: Code, a: Local, b: Local): Local {
  return code.select(I32, a, b, code.value("i32.lt_s", a, b));
}

/** `target += source`, for int32. */
export function advance(code: Code, target: Local, source: Local): void {
  code.assign(target, "i32.add", target, source);
}

/** Runs the body as long as `index < limit`. The body increases the index. */
export function whileBelow(code: Code, index: Local, limit: Local, body: () => void): void {
  code.block((done) => {
    code.loop((again) => {
      code.op("i32.ge_s", index, limit);
      code.brIf(done);
      body();
      code.br(again);
    });
  });
}

/** Runs the body for `index` = 0, 1 … limit − 1. */
export function repeat(code: Code, limit: Local, body: (index: Local) => void): void {
  const index = zero(code);
  whileBelow(code, index, limit, () => {
    body(index);
    code.increase(index, 1);
  });
}
