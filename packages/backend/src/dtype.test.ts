import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  convertValue,
  type DType,
  decodeElements,
  dtypeNames,
  dtypes,
  heldTypes,
  isDType,
  isStorageType,
} from "./dtype.js";

describe("dtypes", () => {
  it("lists every type with its width, kind and code", () => {
    expect(dtypeNames.map((name) => [name, dtypes[name].kind, dtypes[name].bytes, dtypes[name].code])).toEqual([
      ["float32", "float", 4, 0],
      ["float64", "float", 8, 1],
      ["float16", "float", 2, 5],
      ["bfloat16", "float", 2, 6],
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

  it("recognises its names", () => {
    expect([...dtypeNames, "float8", "toString", "constructor", 3, undefined].map(isDType)).toEqual([
      true,
      true,
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
      "float16",
      [
        [0.1, 0.0999755859375],
        [65504, 65504],
        [65519.99, 65504],
        [65520, Infinity],
        [-1e30, -Infinity],
        [2049, 2048],
        [2051, 2052],
        [2 ** -24, 2 ** -24],
        [2 ** -25, 0],
        [1.0001 * 2 ** -25, 2 ** -24],
        [-(2 ** -26), -0],
        [-0, -0],
        [NaN, NaN],
        // Through float32, as in PyTorch: 1 + 2⁻¹¹ + 2⁻³⁰ becomes 1 + 2⁻¹¹, which is halfway between two values.
        [1 + 2 ** -11 + 2 ** -30, 1],
      ],
    ],
    [
      "bfloat16",
      [
        [0.1, 0.10009765625],
        [257, 256],
        [259, 260],
        [3.4e38, Infinity],
        [3.38e38, 3.3762391092936863e38],
        [1e-40, 9.183549615799121e-41],
        [-0, -0],
        [-Infinity, -Infinity],
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

  it("wraps to the value that the host array of the type would hold", () => {
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

  it("converts once: converting a second time changes nothing", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        for (const name of dtypeNames) {
          const once = dtypes[name].convert(value);
          expect(Object.is(dtypes[name].convert(once), once)).toBe(true);
          const { array, encode, decode } = dtypes[name];
          expect(Object.is(decode(array(1).fill(encode(once))[0]!), once)).toBe(true);
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
      [2049, "int32", "float16", 2048],
      [2049, "float16", "bfloat16", 2048],
      [-1.5, "float16", "int32", -1],
    ];
    for (const [value, from, to, result] of rows) {
      expect(convertValue(value, from, to), `${value} ${from} → ${to}`).toBe(result);
    }
  });
});

describe("storage types", () => {
  it("are computed in float32 and held as bit patterns; other types hold their values", () => {
    expect(dtypeNames.filter(isStorageType)).toEqual(["float16", "bfloat16"]);
    expect(dtypeNames.map((name) => dtypes[name].compute)).toEqual([
      "float32",
      "float64",
      "float32",
      "float32",
      "int32",
      "uint8",
      "bool",
    ]);
    expect([1, -2, 0.5, 65504, -Infinity].map(dtypes.float16.encode)).toEqual([0x3c00, 0xc000, 0x3800, 0x7bff, 0xfc00]);
    expect([1, -2, 0.5, 3.140625, Infinity].map(dtypes.bfloat16.encode)).toEqual([
      0x3f80, 0xc000, 0x3f00, 0x4049, 0x7f80,
    ]);
    expect(decodeElements("float16", new Uint16Array([0x0001, 0x83ff]))).toEqual(
      new Float32Array([2 ** -24, -1023 * 2 ** -24]),
    );
    const ints = new Int32Array([1, 2]);
    expect(decodeElements("int32", ints)).toBe(ints);
  });

  it("state the distance from 1 to the next value, and their range", () => {
    for (const name of dtypeNames) {
      const { kind, epsilon, convert, lowest, highest } = dtypes[name];
      if (name !== "bool") {
        expect(convert(1 + epsilon), name).toBe(1 + epsilon);
        expect(convert(1 + 0.49 * epsilon), name).toBe(1);
      }
      expect([convert(-Infinity), convert(Infinity)]).toEqual(kind === "bool" ? [1, 1] : [lowest, highest]);
    }
  });

  it("are held by backends that name them alone", () => {
    expect(heldTypes({})).toEqual(["float32", "float64", "int32", "uint8", "bool"]);
    expect(heldTypes({ dtypes: ["bool", "float16"] })).toEqual(["bool", "float16"]);
  });
});
