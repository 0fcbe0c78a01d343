/**
 * What `map` reads from memory and stores there, apart from single operations: values that were written, scalars of the
 * call, constants, several outputs, and results in the place of operands.
 *
 * @module
 */
import { cast, constant, type DType, dtypes, input, op, scalar } from "@lucid/backend";
import { map } from "../call.js";
import { type ConformanceCase, defineCase } from "../case.js";
import { checkStored, STORED, storedTypes } from "../stored.js";

/** Numbers, and what they are in each type. */
const converted: Readonly<Record<DType, readonly (readonly [given: number, expected: number])[]>> = {
  float32: [
    [0.1, 0.10000000149011612],
    [16777217, 16777216],
    [1e39, Infinity],
  ],
  float64: [[0.1, 0.1]],
  float16: [
    [0.1, 0.0999755859375],
    [2049, 2048],
    [65520, Infinity],
  ],
  bfloat16: [
    [0.1, 0.10009765625],
    [257, 256],
  ],
  int32: [
    [-2.75, -2],
    [3e9, 2147483647],
    [NaN, 0],
    [-0.5, 0],
  ],
  uint8: [
    [300, 255],
    [-1, 0],
    [1.5, 1],
  ],
  bool: [
    [-2, 1],
    [0.5, 1],
    [NaN, 1],
  ],
};

/** The values at the ends of each type. */
const extremes: Readonly<Record<DType, readonly number[]>> = {
  float32: [-7.25, 1.401298464324817e-45, 3.4028234663852886e38, -Infinity, Infinity, NaN, -0, 0, 1.5],
  float64: [],
  float16: [-7.25, 2 ** -24, 65504, -Infinity, Infinity, NaN, -0, 0, 1.5],
  bfloat16: [-7.25, 9.183549615799121e-41, 256, -Infinity, Infinity, NaN, -0, 0, 1.5],
  int32: [16777217, -2147483648, 2147483647, -1, 1, 0, 5, -7],
  uint8: [255, 128, 127, 1, 0, 200, 7],
  bool: [1, 0, 1, 1, 0],
};

/** Makes the cases. */
export function mapStoredCases(): readonly ConformanceCase[] {
  const x32 = input(0, "float32");
  const xInt = input(0, "int32");
  const xByte = input(0, "uint8");
  const cases = storedTypes.flatMap((dtype) => [
    defineCase(["map", "written values", dtype, STORED], [dtype], async (session) => {
      const expected = extremes[dtype];
      const x = session.output(dtype, [expected.length]);
      const host = dtypes[dtype].array(expected.length);
      host.set(expected.map(dtypes[dtype].encode));
      // The values are written in two parts.
      session.backend.write(x.view.buffer, 0, host.subarray(0, 3));
      session.backend.write(x.view.buffer, 3, host.subarray(3));
      await checkStored(session, x, { expected });
    }),
    defineCase(["map", "scalar", `converted into ${dtype}, ${STORED}`], [dtype], async (session) => {
      for (const [given, expected] of converted[dtype]) {
        const output = session.output(dtype, [3]);
        map(session, [scalar(0, dtype)], [], [output], [given]);
        await checkStored(session, output, { expected: new Array(3).fill(expected), name: `scalar ${given}` });
      }
    }),
    defineCase(["map", "constant", `${dtype}, ${STORED}`], [dtype], async (session) => {
      for (const [, expected] of converted[dtype]) {
        const output = session.output(dtype, [3]);
        map(session, [constant(expected, dtype)], [], [output]);
        await checkStored(session, output, { expected: new Array(3).fill(expected), name: `constant ${expected}` });
      }
    }),
  ]);
  cases.push(
    defineCase(
      ["map", "outputs", `several types at once, ${STORED}`],
      ["float32", "int32", "uint8", "bool"],
      async (session) => {
        const inputs = [
          session.input("float32", [4], [1, -2, 0, 7]),
          session.input("int32", [4], [2147483647, -2147483648, 65537, 5]),
          session.input("uint8", [4], [200, 128, 255, 5]),
        ];
        const [number, byte] = [input(1, "int32"), input(2, "uint8")];
        const exprs = [
          op("div", x32, constant(3, "float32")),
          op("add", number, number),
          op("add", byte, byte),
          op("lt", x32, constant(1, "float32")),
        ];
        const outputs = exprs.map(({ dtype }) => session.output(dtype, [4], { steps: [2], before: 1 }));
        map(session, exprs, inputs, outputs);
        const expected = [
          [0.3333333432674408, -0.6666666865348816, 0, 2.3333332538604736],
          [-2, 0, 131074, 10],
          [144, 0, 254, 10],
          [0, 1, 1, 0],
        ];
        for (const [k, output] of outputs.entries())
          await checkStored(session, output, { expected: expected[k]!, name: `output ${k}` });
      },
    ),
    defineCase(["map", "in place", `int32, twice, ${STORED}`], ["int32"], async (session) => {
      const x = session.input("int32", [3], [2147483647, -2147483648, 1431655765]);
      for (let i = 0; i < 2; i++) map(session, [op("mul", xInt, constant(3, "int32"))], [x], [x]);
      // The expected values are nine times as large, minus a multiple of 2³².
      await checkStored(session, x, { expected: [2147483639, -2147483648, -3] });
    }),
    defineCase(["map", "in place", `uint8, twice, ${STORED}`], ["uint8"], async (session) => {
      const x = session.input("uint8", [4], [200, 100, 255, 3]);
      for (let i = 0; i < 2; i++) map(session, [op("add", xByte, xByte)], [x], [x]);
      await checkStored(session, x, { expected: [32, 144, 252, 12] });
    }),
    defineCase(["map", "in place", `float32, twice, ${STORED}`], ["float32"], async (session) => {
      const x = session.input("float32", [3], [16777216, -16777216, 1]);
      for (let i = 0; i < 2; i++) map(session, [op("add", x32, constant(1, "float32"))], [x], [x]);
      // 16777217 lies between two float32 numbers and is rounded to the even one, here twice.
      await checkStored(session, x, { expected: [16777216, -16777214, 3] });
    }),
    defineCase(["map", "cast", `float64 to float32 to float64, ${STORED}`], ["float64", "float32"], async (session) => {
      const x = session.input("float64", [3], [0.1, 16777219, -1e39]);
      const [narrow, wide] = [session.output("float32", [3]), session.output("float64", [3])];
      session.disregard(narrow);
      map(session, [cast(input(0, "float64"), "float32")], [x], [narrow]);
      map(session, [cast(x32, "float64")], [narrow], [wide]);
      await session.check(wide, { expected: [0.10000000149011612, 16777220, -Infinity] });
    }),
    defineCase(["map", "cast", `int32 to uint8 to int32, ${STORED}`], ["int32", "uint8"], async (session) => {
      const x = session.input("int32", [4], [300, -1, 256, 7]);
      const [narrow, wide] = [session.output("uint8", [4]), session.output("int32", [4])];
      session.disregard(narrow);
      map(session, [cast(xInt, "uint8")], [x], [narrow]);
      map(session, [cast(xByte, "int32")], [narrow], [wide]);
      await session.check(wide, { expected: [44, 255, 0, 7] });
    }),
  );
  return cases;
}
