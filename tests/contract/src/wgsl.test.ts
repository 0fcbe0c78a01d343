import {
  cast,
  constant,
  type DType,
  DTypeError,
  dtypes,
  type Expr,
  index,
  input,
  op,
  random,
  type ScalarOp,
  scalar,
  scalarOperations,
  type View,
} from "@lucid/backend";
import { NagaError, parseWgsl, validate } from "naga-wasm";
import { describe, expect, it } from "vitest";
import { lines, printMap, type ShaderType, wordOf } from "./wgsl.js";

const types: readonly (readonly [DType, ShaderType])[] = [
  ["float32", "f32"],
  ["int32", "i32"],
  ["uint8", "u32"],
  ["bool", "bool"],
];
const names = Object.keys(scalarOperations) as ScalarOp[];

/** A view of a buffer of its own, in any layout. */
function view(dtype: DType, shape: readonly number[], strides: readonly number[], offset = 0): View {
  return { buffer: { dtype, length: 100 }, dtype, shape, strides, offset };
}

function print(exprs: readonly Expr[], inputTypes: readonly DType[], scalars: readonly number[] = []): string {
  const { code } = printMap({
    exprs,
    inputs: inputTypes.map((dtype, i) => view(dtype, [4, 3], i === 0 ? [-3, 0] : [1, 4], 9)),
    scalars,
    outputs: exprs.map((expr) => view(expr.dtype, [4, 3], [3, 1])),
  });
  return code;
}

/** naga's reader and validator, those of Firefox and wgpu. */
function check(code: string): void {
  try {
    validate(parseWgsl(code));
  } catch (error) {
    throw error instanceof NagaError ? new Error(`${error.formatted}\n${code}`) : error;
  }
}

/** The expression that applies one operation to inputs. */
function apply(name: ScalarOp, dtype: DType): Expr {
  const x = input(0, dtype);
  const y = input(1, dtype);
  const { arity } = scalarOperations[name];
  return arity === 1 ? op(name, x) : arity === 2 ? op(name, x, y) : op(name, input(2, "bool"), x, y);
}

describe("printMap", () => {
  for (const [dtype, type] of types) {
    it(`prints every operation of ${dtype} as valid WGSL`, () => {
      for (const name of names) {
        const defined = scalarOperations[name][dtypes[dtype].kind] !== undefined;
        expect([name, type in lines[name]]).toEqual([name, defined]);
        if (defined) check(print([apply(name, dtype)], [dtype, dtype, "bool"]));
      }
    });
  }

  it("is checked by something that does refuse", () => {
    const code = print([op("exp", input(0, "float32"))], ["float32"]);
    expect(() => check(code.replace("exp(v0)", "exp(v9)"))).toThrow("v9");
    expect(() => check(code.replace(": f32", ": i32"))).toThrow();
    expect(() => check(code.replace("exp(v0)", "(0f / 0f)"))).toThrow();
    expect(() => check(code.slice(0, -3))).toThrow();
  });

  it("casts every type into every other", () => {
    for (const [from] of types) for (const [to] of types) check(print([cast(input(0, from), to)], [from]));
  });

  it("writes literals that no constant expression makes infinite", () => {
    const values = [NaN, Infinity, -Infinity, -0, 0, 1, -1.5, 0.1, 1e-45, 3.4028234663852886e38, 1e21];
    for (const value of values) {
      const code = print([op("add", input(0, "float32"), constant(value, "float32"))], ["float32"]);
      expect(code).not.toMatch(/\bNaN|Infinity/);
      check(code);
    }
    for (const value of [0, -1, 7, -2147483648, 2147483647]) {
      check(print([op("and", input(0, "int32"), constant(value, "int32"))], ["int32"]));
    }
    check(print([op("xor", input(0, "bool"), constant(1, "bool"))], ["bool"]));
    check(print([op("max", input(0, "uint8"), constant(255, "uint8"))], ["uint8"]));
  });

  it("prints a composed expression with several outputs, scalars, positions and random bits", () => {
    const x = input(0, "float32");
    const kept = op("lt", cast(random(scalar(0, "int32"), scalar(1, "int32")), "float32"), scalar(2, "float32"));
    const dropped = op("where", kept, op("mul", x, scalar(3, "float32")), constant(0, "float32"));
    const place = op("add", op("mul", index(0), constant(3, "int32")), index(1));
    const code = print([dropped, kept, place], ["float32"], [7, 8, 0.5, 2]);
    check(code);
    // The shared comparison is computed once.
    expect(code.match(/philox\(v/g)).toHaveLength(1);
    // Only what is used is defined, and before its use.
    expect(code).not.toContain("fn errorFunction");
    expect(code.indexOf("fn multiplyHigh")).toBeLessThan(code.indexOf("fn philox"));
  });

  it("reads strides, offsets and numbers from buffers, so that one shader serves many calls", () => {
    const x = view("float32", [4, 3], [-3, 1], 9);
    const shader = printMap({
      exprs: [op("mul", input(0, "float32"), scalar(0, "float32")), scalar(1, "int32")],
      inputs: [x],
      scalars: [-0.5, 2.9],
      outputs: [view("float32", [4, 3], [3, 1], 2), view("int32", [4, 3], [1, 4])],
    });
    check(shader.code);
    expect([...shader.parameters]).toEqual([0, 12, 4, 3, 9, -3, 1, 2, 3, 1, 0, 1, 4]);
    expect([...shader.scalars]).toEqual([0xbf000000, 2]);
  });

  it("binds a buffer once, however many views of it there are", () => {
    const parameter = view("float32", [2], [1]);
    const moment: View = { ...parameter, offset: 2 };
    const gradient = view("float32", [2], [1]);
    const shader = printMap({
      exprs: [op("sub", input(1, "float32"), input(0, "float32")), input(0, "float32")],
      inputs: [gradient, parameter, moment],
      scalars: [],
      outputs: [parameter, moment],
    });
    check(shader.code);
    expect(shader.buffers).toEqual([gradient.buffer, parameter.buffer]);
    expect(shader.code.match(/read_write/g)).toHaveLength(1);
  });

  it("prints rank 0 and maps without inputs", () => {
    const shader = printMap({
      exprs: [constant(2, "float32")],
      inputs: [],
      scalars: [],
      outputs: [view("float32", [], [])],
    });
    check(shader.code);
    expect([...shader.parameters]).toEqual([0, 1, 0]);
  });

  it("refuses float64", () => {
    expect(() => print([op("exp", input(0, "float64"))], ["float64"])).toThrow(DTypeError);
  });
});

describe("wordOf", () => {
  it("gives the bits of values", () => {
    expect(wordOf(1, "float32")).toBe(0x3f800000);
    expect(wordOf(-0, "float32")).toBe(0x80000000);
    expect(wordOf(-1, "int32")).toBe(0xffffffff);
    expect(wordOf(300, "uint8")).toBe(255);
    expect(wordOf(-2, "bool")).toBe(1);
  });
});
