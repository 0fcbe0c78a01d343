import { describe, expect, it } from "vitest";
import { dtypes } from "../dtype.js";
import { erf } from "./erf.js";
import { type Evaluation, type ScalarOp, scalarOperations } from "./operations.js";

/** One operation per line, its rows divided by bars. */
function table(text: string): Readonly<Record<string, readonly (readonly number[])[]>> {
  const lines = text.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [name, ...rest] = line.split(" ");
      const rows = rest.join(" ").split(" | ");
      return [name, rows.map((row) => row.split(" ").map(Number))];
    }),
  );
}

const arguments_: readonly number[] = table("x -Infinity -2.5 -1.5 -1 -0.5 -0 0 0.25 0.5 1 1.5 2.5 Infinity NaN")
  .x![0]!;

// PyTorch 1.13, float64, at those arguments; sign by the contract (0 for NaN, PyTorch's float kernels agree).
const unary = table(`
neg Infinity 2.5 1.5 1 0.5 0 -0 -0.25 -0.5 -1 -1.5 -2.5 -Infinity NaN
abs Infinity 2.5 1.5 1 0.5 0 0 0.25 0.5 1 1.5 2.5 Infinity NaN
sign -1 -1 -1 -1 -1 0 0 1 1 1 1 1 1 0
floor -Infinity -3 -2 -1 -1 -0 0 0 0 1 1 2 Infinity NaN
ceil -Infinity -2 -1 -1 -0 -0 0 1 1 1 2 3 Infinity NaN
round -Infinity -2 -2 -1 -0 -0 0 0 0 1 2 2 Infinity NaN
trunc -Infinity -2 -1 -1 -0 -0 0 0 0 1 1 2 Infinity NaN
sqrt NaN NaN NaN NaN NaN -0 0 0.5 0.7071067811865476 1 1.224744871391589 1.5811388300841898 Infinity NaN
exp 0 0.0820849986238988 0.22313016014842982 0.36787944117144233 0.6065306597126334 1 1 1.2840254166877414 1.6487212707001282 2.718281828459045 4.4816890703380645 12.182493960703473 Infinity NaN
exp2 0 0.1767766952966369 0.3535533905932738 0.5 0.7071067811865476 1 1 1.189207115002721 1.4142135623730951 2 2.8284271247461903 5.656854249492381 Infinity NaN
expm1 -1 -0.9179150013761012 -0.7768698398515702 -0.6321205588285577 -0.3934693402873666 -0 0 0.2840254166877415 0.6487212707001282 1.7182818284590453 3.481689070338065 11.182493960703473 Infinity NaN
log NaN NaN NaN NaN NaN -Infinity -Infinity -1.3862943611198906 -0.6931471805599453 0 0.4054651081081644 0.9162907318741551 Infinity NaN
log1p NaN NaN NaN -Infinity -0.6931471805599453 -0 0 0.22314355131420976 0.4054651081081644 0.6931471805599453 0.9162907318741551 1.252762968495368 Infinity NaN
log2 NaN NaN NaN NaN NaN -Infinity -Infinity -2 -1 0 0.5849625007211562 1.3219280948873624 Infinity NaN
log10 NaN NaN NaN NaN NaN -Infinity -Infinity -0.6020599913279624 -0.3010299956639812 0 0.17609125905568124 0.3979400086720376 Infinity NaN
sin NaN -0.5984721441039564 -0.9974949866040544 -0.8414709848078965 -0.479425538604203 -0 0 0.24740395925452294 0.479425538604203 0.8414709848078965 0.9974949866040544 0.5984721441039564 NaN NaN
cos NaN -0.8011436155469337 0.0707372016677029 0.5403023058681398 0.8775825618903728 1 1 0.9689124217106447 0.8775825618903728 0.5403023058681398 0.0707372016677029 -0.8011436155469337 NaN NaN
tan NaN 0.7470222972386603 -14.101419947171719 -1.5574077246549023 -0.5463024898437905 -0 0 0.25534192122103627 0.5463024898437905 1.5574077246549023 14.101419947171719 -0.7470222972386603 NaN NaN
asin NaN NaN NaN -1.5707963267948966 -0.5235987755982989 -0 0 0.25268025514207865 0.5235987755982989 1.5707963267948966 NaN NaN NaN NaN
acos NaN NaN NaN 3.141592653589793 2.0943951023931957 1.5707963267948966 1.5707963267948966 1.318116071652818 1.0471975511965976 0 NaN NaN NaN NaN
atan -1.5707963267948966 -1.1902899496825317 -0.982793723247329 -0.7853981633974483 -0.4636476090008061 -0 0 0.24497866312686414 0.4636476090008061 0.7853981633974483 0.982793723247329 1.1902899496825317 1.5707963267948966 NaN
sinh -Infinity -6.0502044810397875 -2.1292794550948173 -1.1752011936438014 -0.5210953054937474 -0 0 0.2526123168081683 0.5210953054937474 1.1752011936438014 2.1292794550948173 6.0502044810397875 Infinity NaN
cosh Infinity 6.132289479663686 2.352409615243247 1.5430806348152437 1.1276259652063807 1 1 1.0314130998795732 1.1276259652063807 1.5430806348152437 2.352409615243247 6.132289479663686 Infinity NaN
tanh -1 -0.9866142981514303 -0.9051482536448664 -0.7615941559557649 -0.46211715726000974 -0 0 0.24491866240370913 0.46211715726000974 0.7615941559557649 0.9051482536448664 0.9866142981514303 1 NaN
asinh -Infinity -1.6472311463710958 -1.1947632172871094 -0.881373587019543 -0.48121182505960347 -0 0 0.24746646154726346 0.48121182505960347 0.881373587019543 1.1947632172871094 1.6472311463710958 Infinity NaN
acosh NaN NaN NaN NaN NaN NaN NaN NaN NaN 0 0.9624236501192069 1.566799236972411 Infinity NaN
atanh NaN NaN NaN -Infinity -0.5493061443340548 -0 0 0.25541281188299536 0.5493061443340548 Infinity NaN NaN NaN NaN
erf -1 -0.999593047982555 -0.9661051464753108 -0.8427007929497149 -0.5204998778130465 -0 0 0.27632639016823696 0.5204998778130465 0.8427007929497149 0.9661051464753108 0.999593047982555 1 NaN
`);

type Row = readonly [a: number, b: number, result: number];

/** Equal to a few units in the last place of float64; special values and the sign of zero exactly. */
function expectClose(got: number, expected: number, label: string): void {
  if (expected !== expected || expected === 0 || Math.abs(expected) === Infinity) expect(got, label).toBe(expected);
  else expect(Math.abs(got - expected) / Math.abs(expected), `${label}: ${got}, not ${expected}`).toBeLessThan(1e-15);
}

// PyTorch 1.13, float64; min and max of zeros by the contract.
const binary = table(`
add -0 0 0 | -0 -0 -0 | Infinity -Infinity NaN | 0.1 0.2 0.30000000000000004
sub 0 0 0 | -0 0 -0 | Infinity Infinity NaN
mul 0 Infinity NaN | -0 3 -0 | -2 -3 6
div 1 0 Infinity | 1 -0 -Infinity | 0 0 NaN | 7 2 3.5
rem -7 3 2 | 7 -3 -2 | -7 -3 -1 | 5.5 2 1.5 | -1e-20 3 3 | 5 Infinity 5 | -5 Infinity Infinity | Infinity 2 NaN | 3 0 NaN | -3 3 -0 | 0.3 0.1 0.09999999999999998
pow 1 NaN 1 | NaN 0 1 | -1 Infinity 1 | -1 -Infinity 1 | -8 0.3333333333333333 NaN | -2 3 -8 | -2 -3 -0.125 | 0 -1 Infinity | -0 -1 -Infinity | -0 -3 -Infinity | -0 3 -0 | -Infinity 3 -Infinity | -Infinity 2 Infinity | -Infinity 0.5 Infinity | 0.5 Infinity 0 | 2 -Infinity 0 | 0 0 1
atan2 0 -0 3.141592653589793 | -0 -1 -3.141592653589793 | 0 1 0 | 1 0 1.5707963267948966 | Infinity -Infinity 2.356194490192345 | Infinity Infinity 0.7853981633974483 | 1 -Infinity 3.141592653589793 | NaN 1 NaN
min 1 2 1 | 0 -0 -0 | -0 0 -0 | NaN 1 NaN | 1 NaN NaN | -Infinity Infinity -Infinity
max 1 2 2 | 0 -0 0 | -0 0 0 | NaN 1 NaN | 1 NaN NaN | -Infinity Infinity Infinity
eq 0 -0 1 | NaN NaN 0 | 2 2 1 | Infinity Infinity 1 | 1 2 0
lt -0 0 0 | 1 2 1 | 2 2 0 | NaN 1 0 | 1 NaN 0 | -Infinity Infinity 1
le 0 -0 1 | 1 2 1 | 2 2 1 | 3 2 0 | NaN NaN 0
`);

// PyTorch 1.13, int32, where it has an answer; division by 0, shifts and negative exponents by the contract.
const int32 = table(`
neg 5 0 -5 | -2147483648 0 -2147483648
abs -5 0 5 | -2147483648 0 -2147483648
sign -5 0 -1 | 0 0 0 | 7 0 1
not 0 0 -1 | 5 0 -6
add 2147483647 1 -2147483648
sub -2147483648 1 2147483647
mul 65536 65536 0 | 123456789 987654321 -67153019 | -1 -2147483648 -2147483648
div 7 3 2 | -7 3 -2 | 7 -3 -2 | -7 -3 2 | 7 0 0 | -2147483648 -1 -2147483648
rem 7 3 1 | -7 3 2 | 7 -3 -2 | -7 -3 -1 | -2147483648 -1 0 | 7 0 0
pow 3 4 81 | -2 31 -2147483648 | 7 30 1878557649 | 2 32 0 | -3 3 -27 | 0 0 1 | 2 -1 0 | 1 -5 1 | -1 -5 -1 | -1 -4 1 | 0 -1 0
min -3 2 -3
max -3 2 2
eq 3 3 1 | 3 -3 0
lt -3 2 1 | 2 2 0
le 2 2 1 | 3 2 0
and 12 10 8 | -1 7 7
or 12 10 14 | -8 3 -5
xor 12 10 6 | -1 1 -2
shl 1 31 -2147483648 | 1 33 2 | 3 30 -1073741824
shr -8 1 -4 | -1 33 -1 | -2147483648 31 -1
ushr -1 28 15 | -1 0 -1 | -8 33 2147483644
`);
const uint8 = table(`
neg 3 0 253 | 0 0 0
abs 200 0 200
sign 200 0 1 | 0 0 0
not 5 0 250
add 200 100 44
sub 3 5 254
mul 20 20 144
div 200 3 66 | 5 0 0
rem 200 3 2 | 5 0 0
pow 7 5 167 | 2 8 0 | 3 0 1
shl 129 1 2 | 1 9 0 | 1 33 2
shr 200 3 25 | 200 9 0
ushr 200 3 25
lt 100 200 1
`);
const bool = table(`
not 0 0 1 | 1 0 0
and 1 1 1 | 1 0 0 | 0 0 0
or 0 0 0 | 1 0 1 | 1 1 1
xor 1 1 0 | 1 0 1
min 1 0 0 | 1 1 1
max 1 0 1 | 0 0 0
eq 0 0 1 | 1 0 0
lt 0 1 1 | 1 1 0
le 0 0 1 | 1 0 0
`);

describe("scalarOperations", () => {
  it("evaluates every unary float operation correctly at special and ordinary arguments", () => {
    const names = (Object.keys(scalarOperations) as ScalarOp[]).filter(
      (name) => scalarOperations[name].arity === 1 && scalarOperations[name].float !== undefined,
    );
    expect(Object.keys(unary).sort()).toEqual([...names].sort());
    for (const name of names) {
      const evaluation = scalarOperations[name].float as Evaluation;
      for (const [i, a] of arguments_.entries())
        expectClose(evaluation(a, 0, 0), unary[name]![0]![i]!, `${name}(${a})`);
    }
  });

  it("evaluates every binary float operation correctly", () => {
    const names = (Object.keys(scalarOperations) as ScalarOp[]).filter(
      (name) => scalarOperations[name].arity === 2 && scalarOperations[name].float !== undefined,
    );
    expect(Object.keys(binary).sort()).toEqual([...names].sort());
    for (const name of names) {
      for (const [a, b, result] of binary[name]! as readonly Row[]) {
        expectClose(scalarOperations[name].float!(a, b, 0), result, `${name}(${a}, ${b})`);
      }
    }
  });

  for (const [dtype, kind, rows] of [
    ["int32", "int", int32],
    ["uint8", "int", uint8],
    ["bool", "bool", bool],
  ] as const) {
    it(`has every operation on ${dtype} right`, () => {
      for (const name of Object.keys(scalarOperations) as ScalarOp[]) {
        const row = scalarOperations[name];
        if (row[kind] === undefined) expect(rows[name], name).toBe(undefined);
        else if (dtype !== "uint8" && row.arity < 3) expect(rows[name], name).not.toBe(undefined);
        for (const [a, b, result] of (rows[name] ?? []) as readonly Row[]) {
          const wrap = dtypes[row.result === "bool" ? "bool" : dtype].wrap;
          expect(wrap(row[kind]!(a, b, 0)), `${name}(${a}, ${b})`).toBe(result);
        }
      }
    });
  }

  it("chooses by where, without looking at the other value", () => {
    for (const kind of ["float", "int", "bool"] as const) {
      expect(scalarOperations.where[kind]!(1, 1, 0)).toBe(1);
      expect(scalarOperations.where[kind]!(0, 1, 0)).toBe(0);
    }
    expect(scalarOperations.where.float!(1, -0, NaN)).toBe(-0);
    expect(scalarOperations.where.float!(0, NaN, -0)).toBe(-0);
  });

  it("rounds halves to even at every size", () => {
    const round = scalarOperations.round.float!;
    const cases: readonly (readonly [number, number])[] = [
      [3.5, 4],
      [4.5, 4],
      [-3.5, -4],
      [0.49999999999999994, 0],
      [4503599627370494.5, 4503599627370494],
      [4503599627370495.5, 4503599627370496],
      [1e300, 1e300],
    ];
    for (const [value, result] of cases) expect(round(value, 0, 0)).toBe(result);
  });
});

describe("erf", () => {
  it("agrees with C's erf", () => {
    // Python's math.erf.
    const table: readonly (readonly [number, number])[] = [
      [1e-300, 1.1283791670955126e-300],
      [1e-10, 1.1283791670955126e-10],
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [0.9, 0.7969082124228322],
      [1.2, 0.9103139782296353],
      [2, 0.9953222650189527],
      [2.4999, 0.9995928300996666],
      [2.5001, 0.9995932657565293],
      [3, 0.9999779095030014],
      [4, 0.9999999845827421],
      [5, 0.9999999999984626],
      [5.9, 0.9999999999999999],
      [6.1, 1],
    ];
    for (const [x, result] of table) {
      expectClose(erf(x), result, `erf(${x})`);
      expectClose(erf(-x), -result, `erf(${-x})`);
    }
  });
});
