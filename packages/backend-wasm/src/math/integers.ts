/**
 * Operations on int32 lanes for which WebAssembly has no instruction.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import { type Local, V128 } from "../assembler/types.js";

/** Computes a / b, truncated towards 0 and wrapped. It is 0 for b = 0. Quotients of int32 are exact in float64. */
export function divide(code: Code, a: Local, b: Local): Local {
  const half = (x: Local): Local => code.value("f64x2.convert_low_i32x4_s", x);
  const upper = (x: Local): Local => code.shuffle32(x, x, [2, 3, 2, 3]);
  const low = code.value("i32x4.trunc_sat_f64x2_s_zero", code.value("f64x2.div", half(a), half(b)));
  const high = code.value("i32x4.trunc_sat_f64x2_s_zero", code.value("f64x2.div", half(upper(a)), half(upper(b))));
  const quotient = code.shuffle32(low, high, [0, 1, 4, 5]);
  // −2³¹ / −1 was saturated to 2³¹ − 1, but it must wrap.
  const wraps = code.value(
    "v128.and",
    code.value("i32x4.eq", a, code.i32x4(-2147483648)),
    code.value("i32x4.eq", b, code.i32x4(-1)),
  );
  const wrapped = code.value("i32x4.sub", quotient, wraps);
  return code.value("v128.and", wrapped, code.value("i32x4.ne", b, code.i32x4(0)));
}

/** Computes a − b·⌊a / b⌋, which has the sign of b. It is 0 for b = 0. */
export function remainderOf(code: Code, a: Local, b: Local): Local {
  const rest = code.value("i32x4.sub", a, code.value("i32x4.mul", divide(code, a, b), b));
  const other = code.value(
    "v128.and",
    code.value("i32x4.ne", rest, code.i32x4(0)),
    code.value("i32x4.lt_s", code.value("v128.xor", rest, b), code.i32x4(0)),
  );
  const moved = code.value("i32x4.add", rest, code.value("v128.and", other, b));
  return code.value("v128.and", moved, code.value("i32x4.ne", b, code.i32x4(0)));
}

/** Computes a^b, which wraps as repeated multiplication does. For a negative exponent it truncates 1 / a^|b|. */
export function power(code: Code, a: Local, b: Local): Local {
  const base = code.local(V128);
  const exponent = code.local(V128);
  const result = code.local(V128);
  const one = code.i32x4(1);
  const zero = code.i32x4(0);
  const negative = code.value("i32x4.lt_s", b, zero);
  code.copy(base, a);
  code.assign(exponent, "v128.andnot", b, negative);
  code.copy(result, one);
  code.block((done) => {
    code.loop((again) => {
      code.op("v128.any_true", exponent);
      code.op("i32.eqz");
      code.brIf(done);
      const odd = code.value("i32x4.ne", code.value("v128.and", exponent, one), zero);
      code.assign(result, "v128.bitselect", code.value("i32x4.mul", result, base), result, odd);
      code.assign(base, "i32x4.mul", base, base);
      code.get(exponent);
      code.i32(1);
      code.op("i32x4.shr_u");
      code.set(exponent);
      code.br(again);
    });
  });
  // 1 / a^|b| is truncated to 0 unless a is ±1.
  const isOne = code.value("v128.and", code.value("i32x4.eq", a, one), one);
  const odd = code.value("i32x4.ne", code.value("v128.and", b, one), zero);
  const sign = code.value("v128.bitselect", code.i32x4(-1), one, odd);
  const isMinusOne = code.value("v128.and", code.value("i32x4.eq", a, code.i32x4(-1)), sign);
  return code.value("v128.bitselect", code.value("v128.or", isOne, isMinusOne), result, negative);
}

/** Shifts every lane by its own count, which is masked to five bits. */
export function shift(code: Code, name: "i32.shl" | "i32.shr_s" | "i32.shr_u", a: Local, b: Local): Local {
  let result = a;
  for (let lane = 0; lane < 4; lane++) {
    // Scalar shifts mask their counts by themselves.
    const shifted = code.value(
      name,
      code.lane("i32x4.extract_lane", lane, a),
      code.lane("i32x4.extract_lane", lane, b),
    );
    result = code.lane("i32x4.replace_lane", lane, result, shifted);
  }
  return result;
}
