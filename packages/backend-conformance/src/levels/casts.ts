/**
 * Casts between all element types.
 *
 * @module
 */
import { cast, type DType, dtypeNames, input, op } from "@lucid/backend";
import { map } from "../call.js";
import { type ConformanceCase, defineCase } from "../case.js";
import { show } from "../compare.js";
import { parseRows } from "../reference/special.js";
import type { Operand, Session } from "../session.js";
import { checkRead, checkStored, type OutputCheck, STORED, storedTypes } from "../stored.js";

const toInt32 =
  "0 → 0, -0 → 0, 0.875 → 0, -0.875 → 0, 1.5 → 1, -1.5 → -1, 100.25 → 100, 2147483520 → 2147483520, " +
  "2147483648 → 2147483647, -2147483648 → -2147483648, 4294967296 → 2147483647, -1e10 → -2147483648, MAX → 2147483647, " +
  "TINY → 0, ∞ → 2147483647, -∞ → -2147483648, NaN → 0";
const toUint8 =
  "0 → 0, -0 → 0, 0.875 → 0, 1.5 → 1, 254.5 → 254, 255.75 → 255, 256 → 255, 300 → 255, 1e10 → 255, -0.5 → 0, -1 → 0, " +
  "-300 → 0, ∞ → 255, -∞ → 0, NaN → 0, TINY → 0";
const toBool = "0 → 0, -0 → 0, 1 → 1, -1 → 1, 0.125 → 1, 256 → 1, TINY → 1, -TINY → 1, ∞ → 1, -∞ → 1, NaN → 1";
const truth = "0 → 0, 1 → 1";
const small = "0 → 0, 1 → 1, 127 → 127, 128 → 128, 255 → 255";

const toFloat16 =
  "0 → 0, -0 → -0, 1.5 → 1.5, 0.10000000149011612 → 0.0999755859375, 2049 → 2048, 2051 → 2052, 65504 → 65504, " +
  "65519.99609375 → 65504, 65520 → ∞, -65520 → -∞, 1.0000000150474662e30 → ∞, MAX → ∞, 5.960464477539063e-8 → 5.960464477539063e-8, " +
  "2.9802322387695312e-8 → 0, 2.980232594040899e-8 → 5.960464477539063e-8, -2.9802322387695312e-8 → -0, " +
  "0.00006097555160522461 → 0.00006097555160522461, TINY → 0, -TINY → -0, ∞ → ∞, -∞ → -∞, NaN → NaN";
const toBfloat16 =
  "0 → 0, -0 → -0, 1.5 → 1.5, 0.10000000149011612 → 0.10009765625, 257 → 256, 259 → 260, -259 → -260, MAX → ∞, -MAX → -∞, " +
  "3.3895313892515355e38 → 3.3895313892515355e38, 9.99994610111476e-41 → 9.183549615799121e-41, TINY → 0, -TINY → -0, " +
  "∞ → ∞, -∞ → -∞, NaN → NaN";
const fromFloat16 =
  "0 → 0, -0 → -0, 1.5 → 1.5, 0.0999755859375 → 0.0999755859375, 65504 → 65504, -65504 → -65504, " +
  "5.960464477539063e-8 → 5.960464477539063e-8, 0.00006097555160522461 → 0.00006097555160522461, ∞ → ∞, -∞ → -∞, NaN → NaN";
const fromBfloat16 =
  "0 → 0, -0 → -0, 1.5 → 1.5, 0.10009765625 → 0.10009765625, 3.3895313892515355e38 → 3.3895313892515355e38, " +
  "9.183549615799121e-41 → 9.183549615799121e-41, ∞ → ∞, -∞ → -∞, NaN → NaN";

/** The results of every cast, by the element type of the operand and then of the result. */
const rows: Readonly<Record<DType, Readonly<Record<DType, string>>>> = {
  float32: {
    float16: toFloat16,
    bfloat16: `${toBfloat16}, NORMAL → NORMAL`,
    float32: "0 → 0, -0 → -0, 1.5 → 1.5, ∞ → ∞, NaN → NaN, TINY → TINY",
    float64:
      "0 → 0, -0 → -0, 1.5 → 1.5, -0.10000000149011612 → -0.10000000149011612, ∞ → ∞, -∞ → -∞, NaN → NaN, " +
      "TINY → TINY, MAX → MAX, NORMAL → NORMAL",
    int32: toInt32,
    uint8: toUint8,
    bool: toBool,
  },
  float64: {
    // Through float32, which rounds the last of these down to a number halfway between two results.
    float16: `${toFloat16}, 1.0004882821813226 → 1`,
    bfloat16: `${toBfloat16}, 1e-46 → 0, 1e300 → ∞`,
    float32:
      "0 → 0, -0 → -0, 1.5 → 1.5, 0.1 → 0.10000000149011612, -0.1 → -0.10000000149011612, 16777217 → 16777216, " +
      "16777219 → 16777220, 1e39 → ∞, -1e39 → -∞, 3.4028235e38 → 3.4028234663852886e38, 1e-46 → 0, -1e-46 → -0, " +
      "1e-45 → 1.401298464324817e-45, 1e-40 → 9.99994610111476e-41, ∞ → ∞, -∞ → -∞, NaN → NaN",
    float64: "0 → 0, -0 → -0, 0.1 → 0.1, ∞ → ∞, NaN → NaN, TINY → TINY",
    int32:
      `${toInt32}, 2147483646.5 → 2147483646, 2147483647.5 → 2147483647, -2147483648.5 → -2147483648, ` +
      "-2147483649 → -2147483648, 0.9999999999999999 → 0",
    uint8: toUint8,
    bool: toBool,
  },
  float16: {
    float32: fromFloat16,
    float64: fromFloat16,
    float16: fromFloat16,
    bfloat16: "0 → 0, -0 → -0, 1.5 → 1.5, 65504 → 65536, 0.0999755859375 → 0.10009765625, ∞ → ∞, -∞ → -∞, NaN → NaN",
    int32: "0 → 0, -0 → 0, 0.875 → 0, 1.5 → 1, -1.5 → -1, 65504 → 65504, ∞ → 2147483647, -∞ → -2147483648, NaN → 0",
    uint8: "0 → 0, 254.5 → 254, 255.75 → 255, 300 → 255, -0.5 → 0, -1 → 0, ∞ → 255, -∞ → 0, NaN → 0",
    bool: "0 → 0, -0 → 0, 1 → 1, 5.960464477539063e-8 → 1, -∞ → 1, NaN → 1",
  },
  bfloat16: {
    float32: fromBfloat16,
    float64: fromBfloat16,
    bfloat16: fromBfloat16,
    float16:
      "0 → 0, -0 → -0, 1.5 → 1.5, 0.10009765625 → 0.10009765625, 65536 → ∞, -3.3895313892515355e38 → -∞, " +
      "9.183549615799121e-41 → 0, ∞ → ∞, NaN → NaN",
    int32: "-0 → 0, 1.5 → 1, -1.5 → -1, 2147483648 → 2147483647, -2147483648 → -2147483648, -∞ → -2147483648, NaN → 0",
    uint8: "0 → 0, 254 → 254, 256 → 255, 0.5 → 0, -1 → 0, ∞ → 255, NaN → 0",
    bool: "0 → 0, -0 → 0, 1 → 1, 9.183549615799121e-41 → 1, NaN → 1",
  },
  int32: {
    float16: "0 → 0, -7 → -7, 2049 → 2048, 2051 → 2052, 65519 → 65504, 65520 → ∞, HIGH → ∞, LOW → -∞",
    bfloat16: "0 → 0, -7 → -7, 257 → 256, 259 → 260, 16777217 → 16777216, HIGH → 2147483648, LOW → -2147483648",
    float32:
      "0 → 0, -7 → -7, 16777217 → 16777216, 16777219 → 16777220, -16777217 → -16777216, HIGH → 2147483648, " +
      "LOW → -2147483648",
    float64: "0 → 0, -7 → -7, 16777217 → 16777217, HIGH → 2147483647, LOW → -2147483648",
    int32: "0 → 0, HIGH → HIGH, LOW → LOW",
    uint8: "0 → 0, 255 → 255, 256 → 0, 300 → 44, -1 → 255, -300 → 212, HIGH → 255, LOW → 0",
    bool: "0 → 0, 1 → 1, -1 → 1, 256 → 1, LOW → 1",
  },
  uint8: {
    float16: small,
    bfloat16: small,
    float32: small,
    float64: small,
    int32: small,
    uint8: small,
    bool: "0 → 0, 1 → 1, 2 → 1, 128 → 1, 255 → 1",
  },
  bool: { float16: truth, bfloat16: truth, float32: truth, float64: truth, int32: truth, uint8: truth, bool: truth },
};

async function checkCast(
  session: Session,
  from: Operand,
  to: Operand,
  pairs: readonly (readonly number[])[],
  check: OutputCheck = checkRead,
): Promise<void> {
  const expr = cast(input(0, from.dtype), to.dtype);
  map(session, [expr], [from], [to]);
  const results = new Map(pairs.map(([value, result]) => [show(value!), result!]));
  await check(session, to, {
    expected: from.values.map((value) => results.get(show(value))!),
    context: (i) => `${expr} with x0 = ${show(from.values[i]!)}`,
  });
}

/** Makes the cases of casts. */
export function castCases(): readonly ConformanceCase[] {
  const cases = dtypeNames.flatMap((from) =>
    dtypeNames.flatMap((to) => {
      const pairs = parseRows(rows[from][to], from);
      const values = pairs.map(([value]) => value!);
      const path = (last: string): string[] => ["map", "cast", `${from} to ${to}`, last];
      const stored = defineCase(path(STORED), [from, to], (session) => {
        const operand = session.input(from, [pairs.length], values);
        return checkCast(session, operand, session.output(to, [pairs.length], { after: 1 }), pairs, checkStored);
      });
      return [
        ...(storedTypes.includes(to) ? [stored] : []),
        defineCase(path("values"), [from, to], (session) =>
          checkCast(session, session.input(from, [pairs.length], values), session.output(to, [pairs.length]), pairs),
        ),
        defineCase(path("strided"), [from, to], (session) => {
          const operand = session.input(from, [7, 5], values, { order: [1, 0], before: 2, flips: [0] });
          return checkCast(session, operand, session.output(to, [7, 5], { steps: [1, 2], before: 1, after: 2 }), pairs);
        }),
        defineCase(path("long"), [from, to], (session) =>
          checkCast(session, session.input(from, [531], values), session.output(to, [531]), pairs),
        ),
      ];
    }),
  );
  cases.push(
    defineCase(["map", "cast", "inside an expression"], ["float32", "int32", "bool"], async (session) => {
      const x = session.input("float32", [6], [-2.75, -0.5, 0, 0.5, 2.75, 300.5]);
      const output = session.output("float32", [6]);
      const whole = cast(cast(input(0, "float32"), "int32"), "float32");
      const positive = cast(op("lt", whole, input(0, "float32")), "float32");
      map(session, [op("add", whole, positive)], [x], [output]);
      // The expected values are trunc(x), plus 1 where that is less than x.
      await session.check(output, { expected: [-2, 0, 0, 1, 3, 301] });
    }),
  );
  return cases;
}
