/**
 * The remainder of floats, a − b·⌊a / b⌋, computed exactly. It has the sign of b.
 *
 * @module
 */
import { scalarOperations } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { type Local, V128 } from "../assembler/types.js";
import { float32Lanes, float64Lanes, hostFunction } from "./lanes.js";
import type { FloatFunctions } from "./vector-function.js";

const host = hostFunction("rem", 2, (a, b) => scalarOperations.rem.float!(a!, b!, 0));

/** For float32 operands and quotients below this number, quotient · b is exact in float64. */
const EXACT = 2 ** 29;

/** Computes the remainder of float32 values in float64 lanes, for quotients below {@link EXACT}. */
function exactRemainder(code: Code, a: Local, b: Local, quotient: Local, size: Local): Local {
  const whole = code.value("f64x2.trunc", quotient);
  const rest = code.value("f64x2.sub", code.value("f64x2.abs", a), code.value("f64x2.mul", whole, size));
  // A quotient just below an integer may have been rounded up to it.
  const low = code.value("f64x2.lt", rest, code.f64x2(0));
  const fixed = code.value("f64x2.add", rest, code.value("v128.and", low, size));
  const sign = code.value("v128.and", a, code.f64x2(-0));
  const signed = code.value("v128.or", fixed, sign);
  // The rest gets the sign of the divisor, unless it is 0.
  const other = code.value(
    "v128.and",
    code.value("f64x2.ne", signed, code.f64x2(0)),
    code.value("v128.xor", code.value("f64x2.lt", signed, code.f64x2(0)), code.value("f64x2.lt", b, code.f64x2(0))),
  );
  return code.value("v128.bitselect", code.value("f64x2.add", signed, b), signed, other);
}

/** The remainder for both float types. */
export const remainder: FloatFunctions = {
  float32(code, a, b) {
    const result = code.local(V128);
    const halves = [a, b].map((x) => [
      code.value("f64x2.promote_low_f32x4", x),
      code.value("f64x2.promote_low_f32x4", code.shuffle32(x, x, [2, 3, 2, 3])),
    ]);
    const parts = [0, 1].map((half) => {
      const [x, y] = [halves[0]![half]!, halves[1]![half]!];
      const size = code.value("f64x2.abs", y);
      const quotient = code.value("f64x2.div", code.value("f64x2.abs", x), size);
      const exact = code.value(
        "v128.and",
        code.value("f64x2.lt", quotient, code.f64x2(EXACT)),
        code.value("f64x2.lt", size, code.f64x2(Infinity)),
      );
      return { x, y, size, quotient, exact };
    });
    code.op("i64x2.all_true", code.value("v128.and", parts[0]!.exact, parts[1]!.exact));
    code.if(
      () => {
        const [low, high] = parts.map(({ x, y, quotient, size }) =>
          code.value("f32x4.demote_f64x2_zero", exactRemainder(code, x, y, quotient, size)),
        );
        code.copy(result, code.shuffle32(low!, high!, [0, 1, 4, 5]));
      },
      () => code.copy(result, float32Lanes(code, host, a, b)),
    );
    return result;
  },
  float64: (code, a, b) => float64Lanes(code, host, a, b),
};
