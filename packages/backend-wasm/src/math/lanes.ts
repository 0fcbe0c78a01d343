/**
 * Vector functions lane by lane, through functions of the host: for what is rare.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { HostFunction } from "../assembler/module.js";
import { F64, type Local, V128 } from "../assembler/types.js";

/** Every lane of float32 vectors through a float64 function of the host. */
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

/** Every lane of float64 vectors through a function of the host. */
export function float64Lanes(code: Code, host: HostFunction, ...operands: readonly Local[]): Local {
  let result = operands[0]!;
  for (let lane = 0; lane < 2; lane++) {
    const values = operands.map((operand) => code.lane("f64x2.extract_lane", lane, operand));
    result = code.lane("f64x2.replace_lane", lane, result, code.callValue(host, ...values));
  }
  return result;
}

/** A function of the host on float64 numbers. */
export function hostFunction(name: string, arity: 1 | 2, run: (...values: number[]) => number): HostFunction {
  return { name, parameters: arity === 1 ? [F64] : [F64, F64], results: [F64], run };
}
