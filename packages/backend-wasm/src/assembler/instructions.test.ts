import { describe, expect, it } from "vitest";
import { detectFeatures } from "../features.js";
import { findEngine } from "../webassembly.js";
import type { Code } from "./code.js";
import {
  type AtomicName,
  atomicInstructions,
  type InstructionName,
  instruction,
  type LaneLoadName,
  type LaneName,
  type LaneStoreName,
  type LoadName,
  laneInstructions,
  laneLoadInstructions,
  laneStoreInstructions,
  loadInstructions,
  type PlainName,
  plainInstructions,
  relaxedInstructions,
  type StoreName,
  storeInstructions,
} from "./instructions.js";
import { ModuleBuilder } from "./module.js";
import { F32, F64, I32, I64, type Local, V128, type ValueType } from "./types.js";

const engine = findEngine()!;
const features = detectFeatures(engine);
const memory = new engine.Memory({ initial: 1, maximum: 1 });
const data = new DataView(memory.buffer);

/** Every operand is 16 bytes of memory, and so is the result. */
const RESULT = 128;

const loadOf: Readonly<Record<ValueType, LoadName>> = {
  [I32]: "i32.load",
  [I64]: "i64.load",
  [F32]: "f32.load",
  [F64]: "f64.load",
  [V128]: "v128.load",
};
const storeOf: Readonly<Record<ValueType, StoreName>> = {
  [I32]: "i32.store",
  [I64]: "i64.store",
  [F32]: "f32.store",
  [F64]: "f64.store",
  [V128]: "v128.store",
};

function run(body: (code: Code) => void): void {
  const module = new ModuleBuilder({ memory: { shared: false, maximum: 1 }, relaxed: true });
  module.function("f", [], [], body);
  const { bytes } = module.finish();
  new engine.Instance(new engine.Module(bytes), { e: { m: memory } }).exports.f!();
}

type Shape = "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "i64" | "u64" | "f32" | "f64";
type Value = number | bigint;

const widths: Readonly<Record<Shape, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
};

function readLane(view: DataView, at: number, shape: Shape): Value {
  switch (shape) {
    case "i8":
      return view.getInt8(at);
    case "u8":
      return view.getUint8(at);
    case "i16":
      return view.getInt16(at, true);
    case "u16":
      return view.getUint16(at, true);
    case "i32":
      return view.getInt32(at, true);
    case "u32":
      return view.getUint32(at, true);
    case "i64":
      return view.getBigInt64(at, true);
    case "u64":
      return view.getBigUint64(at, true);
    case "f32":
      return view.getFloat32(at, true);
    case "f64":
      return view.getFloat64(at, true);
  }
}

function writeLane(view: DataView, at: number, shape: Shape, value: Value): void {
  if (shape === "f32") view.setFloat32(at, Number(value), true);
  else if (shape === "f64") view.setFloat64(at, Number(value), true);
  else {
    const bits = BigInt.asUintN(widths[shape] * 8, BigInt(value));
    for (let byte = 0; byte < widths[shape]; byte++)
      view.setUint8(at + byte, Number((bits >> BigInt(8 * byte)) & 255n));
  }
}

const lanesOf = (view: DataView, at: number, shape: Shape, count = 16 / widths[shape]): Value[] =>
  Array.from({ length: count }, (_, lane) => readLane(view, at + lane * widths[shape], shape));

// ---- What instructions do, on exact numbers: bigints for integers, float64 for floats.

const signedShape = (shape: string): Shape => (shape.startsWith("f") ? shape : `i${shape.slice(1)}`) as Shape;
const unsignedShape = (shape: string): Shape => `u${shape.slice(1)}` as Shape;
const bitsOf = (shape: string): number => Number(shape.slice(1));
const clamp = (value: bigint, bits: number, signed: boolean): bigint => {
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const high = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  return value < low ? low : value > high ? high : value;
};
const bit = (condition: boolean): bigint => (condition ? 1n : 0n);
const countBits = (value: bigint): bigint => BigInt(value.toString(2).replaceAll("0", "").length);
const roundEven = (a: number): number => {
  const low = Math.floor(a);
  if (a - low !== 0.5) return Object.is(Math.round(a), 0) && a < 0 ? -0 : Math.round(a);
  const even = low % 2 === 0 ? low : low + 1;
  return even === 0 && a < 0 ? -0 : even;
};
const truncate = (value: number, bits: number, signed: boolean): bigint => {
  if (value !== value) return 0n;
  const limited = Math.max(-1e30, Math.min(1e30, value));
  return clamp(BigInt(Math.trunc(limited)), bits, signed);
};

const floats: Readonly<Record<string, (a: number, b: number) => number>> = {
  abs: Math.abs,
  neg: (a) => -a,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest: roundEven,
  sqrt: Math.sqrt,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
  pmin: (a, b) => (b < a ? b : a),
  pmax: (a, b) => (a < b ? b : a),
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
};
const comparisons: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  gt: (a, b) => a > b,
  le: (a, b) => a <= b,
  ge: (a, b) => a >= b,
};
const integers: Readonly<Record<string, (a: bigint, b: bigint, bits: number, signed: boolean) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  rem: (a, b) => a % b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  andnot: (a, b) => a & ~b,
  not: (a) => ~a,
  neg: (a) => -a,
  abs: (a) => (a < 0n ? -a : a),
  eqz: (a) => bit(a === 0n),
  min: (a, b) => (a < b ? a : b),
  max: (a, b) => (a > b ? a : b),
  add_sat: (a, b, bits, signed) => clamp(a + b, bits, signed),
  sub_sat: (a, b, bits, signed) => clamp(a - b, bits, signed),
  avgr: (a, b) => (a + b + 1n) / 2n,
  shl: (a, b, bits) => a << (b & BigInt(bits - 1)),
  shr: (a, b, bits) => a >> (b & BigInt(bits - 1)),
  rotl: (a, b, bits) => {
    const n = b & BigInt(bits - 1);
    const u = BigInt.asUintN(bits, a);
    return (u << n) | (u >> (BigInt(bits) - n));
  },
  rotr: (a, b, bits) => {
    const n = b & BigInt(bits - 1);
    const u = BigInt.asUintN(bits, a);
    return (u >> n) | (u << (BigInt(bits) - n));
  },
  clz: (a, _, bits) => BigInt(bits - (a === 0n ? 0 : BigInt.asUintN(bits, a).toString(2).length)),
  ctz: (a, _, bits) => {
    let n = 0n;
    while (n < BigInt(bits) && ((a >> n) & 1n) === 0n) n++;
    return n;
  },
  popcnt: (a, _, bits) => countBits(BigInt.asUintN(bits, a)),
  q15mulr_sat: (a, b) => clamp((a * b + 0x4000n) >> 15n, 16, true),
  extend8: (a) => BigInt.asIntN(8, a),
  extend16: (a) => BigInt.asIntN(16, a),
  extend32: (a) => BigInt.asIntN(32, a),
};

interface Expected {
  readonly shape: Shape;
  readonly values: readonly Value[];
}

/** Removes `_s` or `_u`: the operation's name, and whether it is signed. */
function split(name: string): readonly [operation: string, signed: boolean] {
  return name.endsWith("_u") ? [name.slice(0, -2), false] : [name.endsWith("_s") ? name.slice(0, -2) : name, true];
}

/** What a plain instruction gives for operands that begin at the addresses 0, 16, 32. */
function expectedOf(name: string): Expected {
  const [type, rest] = name.split(".") as [string, string];
  const vector = type.includes("x") || type === "v128";
  const shape = (type === "v128" ? "i64" : type.split("x")[0]!) as Shape;
  const count = type === "v128" ? 2 : vector ? Number(type.split("x")[1]) : 1;
  const [operation, signed] = split(rest);
  const bits = bitsOf(shape);
  const own = (at: number): Value[] => lanesOf(data, at, signed ? signedShape(shape) : unsignedShape(shape), count);
  const [a, b] = [own(0), own(16)];
  // A lane of b, or the one count of a vector shift.
  const other = (i: number): Value => (/^sh/.test(operation) && vector ? data.getInt32(16, true) : b[i]!);
  const each = (values: readonly Value[], of: (value: Value, i: number) => Value, as: Shape = shape): Expected => ({
    shape: as,
    values: values.map(of),
  });

  if (operation === "bitselect") {
    const c = own(32);
    return each(a, (x, i) => ((x as bigint) & (c[i] as bigint)) | ((b[i] as bigint) & ~(c[i] as bigint)));
  }
  if (operation === "relaxed_laneselect") {
    const [x, y, m] = [0, 16, 32].map((at) => lanesOf(data, at, "i64")) as [bigint[], bigint[], bigint[]];
    return { shape: "i64", values: x.map((v, i) => (v & m[i]!) | (y[i]! & ~m[i]!)) };
  }
  if (operation === "relaxed_madd" || operation === "relaxed_nmadd") {
    const c = own(32) as number[];
    const sign = operation === "relaxed_madd" ? 1 : -1;
    return each(a, (x, i) => sign * (x as number) * (b[i] as number) + c[i]!);
  }
  if (operation === "any_true") return { shape: "i32", values: [bit(own(0).some((v) => v !== 0n))] };
  if (operation === "all_true") return { shape: "i32", values: [bit(a.every((v) => BigInt(v) !== 0n))] };
  if (operation === "bitmask") {
    return { shape: "i32", values: [BigInt(a.reduce<number>((mask, v, i) => mask | (v < 0 ? 1 << i : 0), 0))] };
  }
  if (operation === "swizzle") {
    const from = lanesOf(data, 0, "u8");
    return { shape: "u8", values: lanesOf(data, 16, "u8").map((i) => (i < 16 ? from[Number(i)]! : 0)) };
  }
  if (operation === "splat") {
    const value = readLane(data, 0, shape === "i8" || shape === "i16" ? "i32" : shape);
    return { shape, values: new Array<Value>(count).fill(value) };
  }

  // Conversions: `operation_shape` and what follows.
  const from = /_((?:i8x16|i16x8|i32x4|i64x2|f32x4|f64x2|i32|i64|f32|f64))/.exec(rest)?.[1];
  if (from !== undefined) return conversion(type, shape, count, rest, from);
  if (shape.startsWith("f")) {
    const compare = comparisons[operation];
    if (compare !== undefined) {
      const result = each(
        a,
        (x, i) => bit(compare(x, b[i]!)) * (vector ? -1n : 1n),
        vector ? signedShape(`i${bits}`) : "i32",
      );
      return result;
    }
    const compute = floats[operation]!;
    return each(a, (x, i) => compute(x as number, b[i] as number));
  }
  const compare = comparisons[operation];
  if (compare !== undefined) {
    return each(a, (x, i) => bit(compare(x, b[i]!)) * (vector ? -1n : 1n), vector ? shape : "i32");
  }
  const compute = integers[operation]!;
  return each(a, (x, i) => compute(BigInt(x), BigInt(other(i)), bits, signed), operation === "eqz" ? "i32" : shape);
}

function conversion(type: string, shape: Shape, count: number, rest: string, from: string): Expected {
  const signed = !/_u(_|$)/.test(rest);
  const source = from.split("x")[0]!;
  const fromShape = (signed || source.startsWith("f") ? source : unsignedShape(source)) as Shape;
  const total = from.includes("x") ? Number(from.split("x")[1]) : 1;
  const a = lanesOf(data, 0, fromShape, total);
  const b = lanesOf(data, 16, fromShape, total);
  const bits = bitsOf(shape);
  const operation = /^[a-z0-9]+?(?=_)/.exec(rest)![0];
  const high = rest.includes("_high");
  const half = (values: Value[]): Value[] =>
    values.length > count ? values.slice(high ? count : 0).slice(0, count) : values;
  switch (operation) {
    case "reinterpret":
      return { shape, values: [readLane(data, 0, shape)] };
    case "wrap":
    case "extend":
    case "convert":
    case "demote":
    case "promote": {
      const values = half(a);
      return { shape, values: [...values, ...new Array<Value>(count - values.length).fill(0)] };
    }
    case "trunc": {
      const values = a.map((v): Value => truncate(v as number, bits, signed));
      return { shape, values: [...values, ...new Array<Value>(count - values.length).fill(0)] };
    }
    case "narrow": {
      // The operands are signed in any case.
      const wide = lanesOf(data, 0, source as Shape).concat(lanesOf(data, 16, source as Shape));
      return { shape, values: wide.map((v) => clamp(BigInt(v), bits, signed)) };
    }
    case "extadd":
      return { shape, values: Array.from({ length: count }, (_, i) => BigInt(a[2 * i]!) + BigInt(a[2 * i + 1]!)) };
    case "extmul": {
      const [x, y] = [half(a), half(b)];
      return { shape, values: x.map((v, i) => BigInt(v) * BigInt(y[i]!)) };
    }
    case "dot": {
      const products = a.map((v, i) => BigInt(v) * BigInt(b[i]!));
      return { shape, values: Array.from({ length: count }, (_, i) => products[2 * i]! + products[2 * i + 1]!) };
    }
  }
  throw new Error(`no reference for ${type}.${rest}`);
}

// ---- Operands.

const floatOperands = [
  [1.5, -2.5, 3.75, -0.5],
  [0, -0, 100.25, -7],
  [NaN, Infinity, -3, 0.1],
  [3e9, -3e9, 2.5, -1],
];
const integerOperands: readonly (readonly number[])[] = [
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  [0, 255, 128, 127, 1, 254, 129, 126, 0, 0, 0, 128, 255, 255, 255, 127],
  [17, 3, 200, 91, 4, 77, 5, 150, 255, 255, 255, 255, 31, 0, 64, 2],
];

function fill(name: string, round: number): void {
  const { operands } = instruction(name as InstructionName);
  const source = /_(f32|f64)/.exec(name)?.[1] ?? name.slice(0, 3);
  for (let i = 0; i < 3; i++) {
    for (let byte = 0; byte < 16; byte++) {
      data.setUint8(i * 16 + byte, integerOperands[(round + i) % integerOperands.length]![byte]!);
    }
    const floating = source === "f32" || source === "f64" || operands[i] === F32 || operands[i] === F64;
    if (floating && !/laneselect|convert_(low_)?i|reinterpret_i/.test(name)) {
      const shape: Shape = operands[i] === F32 ? "f32" : operands[i] === F64 ? "f64" : (source as Shape);
      const values = floatOperands[(round + i) % floatOperands.length]!;
      for (let lane = 0; lane < 16 / widths[shape]; lane++)
        writeLane(data, i * 16 + lane * widths[shape], shape, values[lane]!);
    }
  }
}

function checkPlain(name: PlainName, round: number): void {
  fill(name, round);
  const { operands, result } = instruction(name);
  // The traps of scalar conversions and divisions are not wanted here.
  if (/^i..\.trunc_f/.test(name))
    for (const at of [0]) writeLane(data, at, /_f32/.test(name) ? "f32" : "f64", 7.75 + round);
  if (/\.(div|rem)_/.test(name)) writeLane(data, 16, name.slice(0, 3) as Shape, 13 + round);
  run((code) => {
    const zero = code.constantI32(0);
    const locals = operands.map((type, i) => code.load(loadOf[type], zero, i * 16));
    code.store(storeOf[result!], zero, code.value(name, ...locals), RESULT);
  });
  const { shape, values } = expectedOf(name);
  const lanes = lanesOf(data, RESULT, shape, values.length);
  const rounded = values.map((value) => {
    writeLane(data, 256, shape, shape.startsWith("f") ? Number(value) : BigInt(value));
    return readLane(data, 256, shape);
  });
  expect(lanes, `${name}, round ${round}`).toEqual(rounded);
}

describe("every instruction compiles, runs and does what it says", () => {
  for (const name of Object.keys(plainInstructions) as PlainName[]) {
    it(name, () => {
      for (let round = 0; round < 4; round++) checkPlain(name, round);
    });
  }
  for (const name of Object.keys(relaxedInstructions) as PlainName[]) {
    it.runIf(features.relaxed)(name, () => {
      if (name.includes("laneselect")) {
        // Masks of whole lanes: others depend on the machine.
        for (let byte = 0; byte < 48; byte++) data.setUint8(byte, byte < 32 ? byte : byte < 40 ? 255 : 0);
        run((code) => {
          const zero = code.constantI32(0);
          const locals = [0, 16, 32].map((at) => code.load("v128.load", zero, at));
          code.store("v128.store", zero, code.value(name, ...locals), RESULT);
        });
        expect(lanesOf(data, RESULT, "i64")).toEqual(expectedOf(name).values);
      } else {
        // Exact in either rounding.
        checkPlain(name, 0);
      }
    });
  }
});

describe("memory and lanes", () => {
  const pattern = (): void => {
    for (let byte = 0; byte < 256; byte++) data.setUint8(byte, (byte * 73 + 129) & 255);
  };
  for (const name of Object.keys(loadInstructions) as LoadName[]) {
    it(name, () => {
      pattern();
      const { result } = instruction(name);
      run((code) => {
        const base = code.constantI32(5);
        code.store(storeOf[result!], code.constantI32(0), code.load(name, base, 32), RESULT);
      });
      const [type, rest] = name.split(".") as [string, string];
      const narrow = /load(\d+)(?:x(\d+))?_(splat|zero|s|u)/.exec(rest);
      if (type !== "v128") {
        const shape = narrow === null ? type : `${narrow[3] === "u" ? "u" : "i"}${narrow[1]}`;
        expect(readLane(data, RESULT, type as Shape)).toEqual(
          type === "i64" ? BigInt(readLane(data, 37, shape as Shape)) : readLane(data, 37, shape as Shape),
        );
      } else if (narrow === null) expect(lanesOf(data, RESULT, "u8")).toEqual(lanesOf(data, 37, "u8"));
      else if (narrow[3] === "splat" || narrow[3] === "zero") {
        const shape = `u${narrow[1]}` as Shape;
        const value = readLane(data, 37, shape);
        const zero = typeof value === "bigint" ? 0n : 0;
        expect(lanesOf(data, RESULT, shape)).toEqual(
          lanesOf(data, RESULT, shape).map((_, i) => (narrow[3] === "splat" || i === 0 ? value : zero)),
        );
      } else {
        const from = `${narrow[3] === "u" ? "u" : "i"}${narrow[1]}` as Shape;
        const to = `i${Number(narrow[1]) * 2}` as Shape;
        expect(lanesOf(data, RESULT, to).map(BigInt)).toEqual(lanesOf(data, 37, from, Number(narrow[2])).map(BigInt));
      }
    });
  }
  for (const name of Object.keys(storeInstructions) as StoreName[]) {
    it(name, () => {
      pattern();
      const type = instruction(name).operands[1]!;
      const width = type === V128 ? 16 : Number(/store(\d+)/.exec(name)?.[1] ?? name.slice(1, 3)) / 8;
      const before = lanesOf(data, RESULT, "u8", 32);
      run((code) => code.store(name, code.constantI32(3), code.load(loadOf[type], code.constantI32(40)), RESULT));
      const after = [...before.slice(0, 3), ...lanesOf(data, 40, "u8", width), ...before.slice(3 + width)];
      expect(lanesOf(data, RESULT, "u8", 32)).toEqual(after);
    });
  }
  const lastLane = (name: string): number => 128 / Number(/\d+/.exec(name.replace(/^v128/, ""))![0]) - 1;
  for (const name of Object.keys(laneInstructions) as LaneName[]) {
    it(name, () => {
      const { operands, result } = instruction(name);
      const shape = `${name.endsWith("_u") ? "u" : name[0]}${/\d+/.exec(name)![0]}` as Shape;
      for (const lane of [0, lastLane(name)]) {
        pattern();
        run((code) => {
          const zero = code.constantI32(0);
          const locals: Local[] = operands.map((type, i) => code.load(loadOf[type], zero, i * 16));
          code.store(storeOf[result!], zero, code.lane(name, lane, ...locals), RESULT);
        });
        const from = readLane(data, lane * widths[shape], shape);
        if (operands.length === 1) {
          const type = result === I64 ? "i64" : result === F32 ? "f32" : result === F64 ? "f64" : "i32";
          expect(readLane(data, RESULT, type)).toEqual(from);
        } else {
          const expected = lanesOf(data, 0, shape);
          expected[lane] = readLane(data, 16, shape);
          expect(lanesOf(data, RESULT, shape)).toEqual(expected);
        }
      }
    });
  }
  for (const name of Object.keys(laneLoadInstructions) as LaneLoadName[]) {
    it(name, () => {
      pattern();
      const lane = lastLane(name);
      const shape = `u${/load(\d+)/.exec(name)![1]}` as Shape;
      run((code) => {
        const zero = code.constantI32(0);
        code.store("v128.store", zero, code.loadLane(name, lane, zero, code.load("v128.load", zero), 50), RESULT);
      });
      const expected = lanesOf(data, 0, shape);
      expected[lane] = readLane(data, 50, shape);
      expect(lanesOf(data, RESULT, shape)).toEqual(expected);
    });
  }
  for (const name of Object.keys(laneStoreInstructions) as LaneStoreName[]) {
    it(name, () => {
      pattern();
      const lane = lastLane(name);
      const shape = `u${/store(\d+)/.exec(name)![1]}` as Shape;
      const next = readLane(data, RESULT + widths[shape], "u8");
      run((code) => {
        const zero = code.constantI32(0);
        code.storeLane(name, lane, zero, code.load("v128.load", zero), RESULT);
      });
      expect(readLane(data, RESULT, shape)).toEqual(readLane(data, lane * widths[shape], shape));
      expect(readLane(data, RESULT + widths[shape], "u8")).toEqual(next);
    });
  }
  /** Of a word that holds 7: the values given, what is there afterwards. */
  const accesses: Readonly<Record<AtomicName, readonly (readonly [values: readonly bigint[], after: bigint])[]>> = {
    "i64.atomic.load": [[[], 7n]],
    "i64.atomic.rmw.xchg": [[[1n << 40n], 1n << 40n]],
    "i64.atomic.rmw.cmpxchg": [
      [[7n, -1n], -1n],
      [[8n, -1n], 7n],
    ],
  };
  for (const name of Object.keys(atomicInstructions) as AtomicName[]) {
    it(name, () => {
      for (const [values, after] of accesses[name]) {
        data.setBigInt64(64, 7n, true);
        run((code) => {
          const given = values.map((value) => {
            code.i64(value);
            return code.keep(I64);
          });
          code.store("i64.store", code.constantI32(RESULT), code.atomic(name, code.constantI32(64), ...given));
        });
        expect(data.getBigInt64(RESULT, true)).toBe(7n);
        expect(data.getBigInt64(64, true)).toBe(after);
      }
    });
  }
});
