/**
 * Vector functions that call a function of the host for each lane. They are for rare arguments.
 *
 * @module
 */
import type { Code, HostFunction } from "../assembler/code.js";
import { F64, type Local, V128 } from "../assembler/types.js";

/** Calls a float64 function of the host for every lane of float32 vectors. */
export function float32Lanes(code: Code, host: HostFunction, ...operands: readonly Local[]): Local {
  const result = code.local(V128);
  code.copy(result, operands[0]!);
  for (let lane = 0; lane < 4; lane++) {
    const wide = operands.map((operand) =>
      code.value("f64.promote_f32", code.lane("f32x4.extract_lane", lane, operand)),
    );
    const narrow = code.value("f32.demote_f64", code.callValue(host, ...wide));
    code.copy(result, code.lane("f32x4.replace_lane", lane, result, narrow));
  }
  return result;
}

/** Calls a function of the host for every lane of float64 vectors. */
export function float64Lanes(code: Code, host: HostFunction, ...operands: readonly Local[]): Local {
  let result = operands[0]!;
  for (let lane = 0; lane < 2; lane++) {
    const values = operands.map((operand) => code.lane("f64x2.extract_lane", lane, operand));
    result = code.lane("f64x2.replace_lane", lane, result, code.callValue(host, ...values));
  }
  return result;
}

/** Makes a function of the host that takes and returns float64 numbers. */
export function hostFunction(name: string, arity: 1 | 2, run: (...values: number[]) => number): HostFunction {
  return { name, parameters: arity === 1 ? [F64] : [F64, F64], results: [F64], run };
}
