import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertValue, type DType, dtypeNames, dtypes, isDType } from "./dtype.js";

describe("dtypes", () => {
  it("lists every type with its width, kind and code", () => {
    expect(dtypeNames.map((name) => [name, dtypes[name].kind, dtypes[name].bytes, dtypes[name].code])).toEqual([
      ["float32", "float", 4, 0],
      ["float64", "float", 8, 1],
      ["int32", "int", 4, 2],
      ["uint8", "int", 1, 3],
      ["bool", "bool", 1, 4],
    ]);
  });

  it("makes zero-filled host arrays of the type's width", () => {
    for (const name of dtypeNames) {
      const array = dtypes[name].array(3);
      expect([array.length, array.BYTES_PER_ELEMENT, ...array]).toEqual([3, dtypes[name].bytes, 0, 0, 0]);
    }
  });

  it("knows its names", () => {
    expect([...dtypeNames, "float16", "toString", "constructor", 3, undefined].map(isDType)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  const converted: readonly (readonly [DType, readonly (readonly [value: number, result: number])[]])[] = [
    [
      "float32",
      [
        [0.1, 0.10000000149011612],
        [1e39, Infinity],
        [-0, -0],
        [NaN, NaN],
        [16777217, 16777216],
      ],
    ],
    [
      "float64",
      [
        [0.1, 0.1],
        [-0, -0],
        [NaN, NaN],
      ],
    ],
    [
      "int32",
      [
        [3.7, 3],
        [-3.7, -3],
        [-0.5, 0],
        [-0, 0],
        [NaN, 0],
        [3e9, 2147483647],
        [-3e9, -2147483648],
        [Infinity, 2147483647],
        [-Infinity, -2147483648],
        [2147483647.5, 2147483647],
      ],
    ],
    [
      "uint8",
      [
        [3.7, 3],
        [-3.7, 0],
        [-0.5, 0],
        [NaN, 0],
        [256, 255],
        [Infinity, 255],
        [-Infinity, 0],
        [255.9, 255],
      ],
    ],
    [
      "bool",
      [
        [0, 0],
        [-0, 0],
        [0.1, 1],
        [-3, 1],
        [NaN, 1],
        [Infinity, 1],
      ],
    ],
  ];
  for (const [name, rows] of converted) {
    it(`converts numbers into ${name}`, () => {
      for (const [value, result] of rows) expect(dtypes[name].convert(value), String(value)).toBe(result);
    });
  }

  const wrapped: readonly (readonly [DType, number, number])[] = [
    ["int32", 2147483648, -2147483648],
    ["int32", -2147483649, 2147483647],
    ["int32", 4294967296, 0],
    ["uint8", 256, 0],
    ["uint8", -1, 255],
    ["uint8", 257, 1],
    ["bool", 2, 1],
    ["float32", 16777217, 16777216],
    ["float64", 16777217, 16777217],
  ];
  it("wraps the results of operations", () => {
    for (const [name, value, result] of wrapped) expect(dtypes[name].wrap(value), `${name} ${value}`).toBe(result);
  });

  it("holds what the host array of the type would hold", () => {
    const typed: Readonly<Record<"float32" | "float64" | "int32" | "uint8", (value: number) => number>> = {
      float32: (value) => new Float32Array([value])[0]!,
      float64: (value) => value,
      int32: (value) => new Int32Array([value])[0]!,
      uint8: (value) => new Uint8Array([value])[0]!,
    };
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (value) => {
        for (const name of ["float32", "float64", "int32", "uint8"] as const) {
          expect(dtypes[name].wrap(value)).toBe(typed[name](value));
        }
      }),
    );
  });

  it("never leaves the type: converting twice is converting once", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        for (const name of dtypeNames) {
          const once = dtypes[name].convert(value);
          expect(Object.is(dtypes[name].convert(once), once)).toBe(true);
          expect(Object.is(dtypes[name].array(1).fill(once)[0], once)).toBe(true);
        }
      }),
    );
  });
});

describe("convertValue", () => {
  it("wraps integers into narrower ones and saturates floats", () => {
    const rows: readonly (readonly [number, DType, DType, number])[] = [
      [300, "int32", "uint8", 44],
      [-1, "int32", "uint8", 255],
      [300, "float32", "uint8", 255],
      [-1, "float64", "uint8", 0],
      [200, "uint8", "int32", 200],
      [1, "bool", "float32", 1],
      [1, "bool", "uint8", 1],
      [256, "int32", "bool", 1],
      [NaN, "float32", "bool", 1],
      [NaN, "float32", "int32", 0],
      [16777217, "int32", "float32", 16777216],
      [0.1, "float64", "float32", 0.10000000149011612],
      [-0, "float32", "float64", -0],
    ];
    for (const [value, from, to, result] of rows) {
      expect(convertValue(value, from, to), `${value} ${from} → ${to}`).toBe(result);
    }
  });
});
