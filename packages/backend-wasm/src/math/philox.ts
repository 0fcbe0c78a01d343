/**
 * Philox-4×32-10 as vector code. Four counters are computed at once, each with its own block.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import { type Local, V128 } from "../assembler/types.js";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Returns the low and the high words of the unsigned products of four words and a constant. */
function multiply(code: Code, words: Local, multiplier: number): readonly [low: Local, high: Local] {
  const factor = code.i32x4(multiplier);
  const first = code.value("i64x2.extmul_low_i32x4_u", words, factor);
  const second = code.value("i64x2.extmul_high_i32x4_u", words, factor);
  return [code.shuffle32(first, second, [0, 2, 4, 6]), code.shuffle32(first, second, [1, 3, 5, 7])];
}

/** Returns the four words of the blocks whose numbers are in the lanes of `block`. */
export function philoxBlocks(code: Code, key0: Local, key1: Local, block: Local): readonly Local[] {
  const zero = code.i32x4(0);
  let [c0, c1, c2, c3] = [block, zero, zero, zero];
  for (let round = 0; round < 10; round++) {
    if (round > 0) {
      key0 = code.value("i32x4.add", key0, code.i32x4(WEYL_0));
      key1 = code.value("i32x4.add", key1, code.i32x4(WEYL_1));
    }
    const [low0, high0] = multiply(code, c0, MULTIPLIER_0);
    const [low1, high1] = multiply(code, c2, MULTIPLIER_1);
    c0 = code.value("v128.xor", code.value("v128.xor", high1, c1), key0);
    c1 = low1;
    c2 = code.value("v128.xor", code.value("v128.xor", high0, c3), key1);
    c3 = low0;
  }
  return [c0, c1, c2, c3];
}

const helper: HelperFunction = {
  name: "philox",
  parameters: [V128, V128, V128],
  results: [V128],
  body(code) {
    const [key0, key1, counter] = code.parameters as [Local, Local, Local];
    code.get(counter);
    code.i32(2);
    code.op("i32x4.shr_u");
    const words = philoxBlocks(code, key0, key1, code.keep(V128));
    const word = code.value("v128.and", counter, code.i32x4(3));
    let result = words[0]!;
    for (let i = 1; i < 4; i++) {
      result = code.value("v128.bitselect", words[i]!, result, code.value("i32x4.eq", word, code.i32x4(i)));
    }
    code.get(result);
  },
};

/** Returns four random words: `philox(key0, key1, counter)` in every lane. */
export function philoxVector(code: Code, key0: Local, key1: Local, counter: Local): Local {
  return code.callValue(helper, key0, key1, counter);
}
