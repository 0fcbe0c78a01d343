import { describe, expect, it } from "vitest";
import { findEngine } from "../webassembly.js";
import type { Code, HelperFunction, HostFunction } from "./code.js";
import { ModuleBuilder } from "./module.js";
import { F32, F64, I32, I64, type Local, V128, type ValueType } from "./types.js";

const engine = findEngine()!;
const memory = new engine.Memory({ initial: 1, maximum: 1 });

function build(
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  body: (code: Code) => void,
  host: readonly HostFunction[] = [],
): (...values: (number | bigint)[]) => number | bigint {
  const module = new ModuleBuilder({ memory: { shared: false, maximum: 1 }, relaxed: false });
  module.function("f", parameters, results, body);
  const built = module.finish();
  expect(built.host).toEqual(host);
  const functions = Object.fromEntries(host.map(({ name, run }) => [name, run]));
  const { exports } = new engine.Instance(new engine.Module(built.bytes), { e: { m: memory }, h: functions });
  return exports.f as unknown as (...values: (number | bigint)[]) => number | bigint;
}

const parameter = (code: Code, i: number): Local => code.parameters[i]!;

describe("the assembler", () => {
  it("writes numbers of every size", () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, -8192, 2147483647, -2147483648]) {
      expect(build([], [I32], (code) => code.i32(value))()).toBe(value);
      expect(build([], [I32], (code) => code.get(code.constantI32(value)))()).toBe(value);
      expect(build([], [I64], (code) => code.i64(BigInt(value)))()).toBe(BigInt(value));
    }
    const large = -9223372036854775808n;
    expect(build([], [I64], (code) => code.get(code.constantI64(large)))()).toBe(large);
    expect(build([], [F32], (code) => code.f32(0.1))()).toBe(Math.fround(0.1));
    expect(build([], [F32], (code) => code.get(code.constantF32(-0)))()).toBe(-0);
    expect(build([], [F64], (code) => code.f64(0.1))()).toBe(0.1);
    expect(build([], [F64], (code) => code.get(code.constantF64(NaN)))()).toBe(NaN);
  });

  it("loops, branches and chooses", () => {
    // 10! by a loop.
    const factorial = build([I32], [I32], (code) => {
      const product = code.local(I32);
      code.copy(product, code.constantI32(1));
      code.block((done) => {
        code.loop((again) => {
          code.get(parameter(code, 0));
          code.op("i32.eqz");
          code.brIf(done);
          code.assign(product, "i32.mul", product, parameter(code, 0));
          code.increase(parameter(code, 0), -1);
          code.br(again);
        });
      });
      code.get(product);
    });
    expect(factorial(10)).toBe(3628800);
    const larger = build([I32, I32], [I32], (code) => {
      const [a, b] = [parameter(code, 0), parameter(code, 1)];
      code.get(code.select(I32, a, b, code.value("i32.gt_s", a, b)));
    });
    expect([larger(3, -7), larger(-7, 3)]).toEqual([3, 3]);
    const size = build([I32], [I32], (code) => {
      const result = code.local(I32);
      code.op("i32.lt_s", parameter(code, 0), code.constantI32(10));
      code.if(
        (exit) => {
          code.copy(result, code.constantI32(1));
          code.op("i32.lt_s", parameter(code, 0), code.constantI32(0));
          code.brIf(exit);
          code.copy(result, code.constantI32(2));
        },
        () => code.copy(result, code.constantI32(3)),
      );
      code.get(result);
    });
    expect([size(-1), size(5), size(50)]).toEqual([1, 2, 3]);
    const early = build([I32], [I32], (code) => {
      code.get(parameter(code, 0));
      code.if(() => {
        code.i32(7);
        code.return();
      });
      code.i32(8);
      code.i32(9);
      code.drop();
    });
    expect([early(1), early(0)]).toEqual([7, 8]);
    expect(() => build([], [], (code) => code.unreachable())()).toThrow();
  });

  it("calls helpers and the host", () => {
    const square: HelperFunction = {
      name: "square",
      parameters: [F64],
      results: [F64],
      body: (code) => code.op("f64.mul", parameter(code, 0), parameter(code, 0)),
    };
    const fourth: HelperFunction = {
      name: "fourth",
      parameters: [F64],
      results: [F64],
      body: (code) => code.call(square, code.callValue(square, parameter(code, 0))),
    };
    const host: HostFunction = { name: "half", parameters: [F64], results: [F64], run: (x) => x! / 2 };
    const f = build([F64], [F64], (code) => code.call(host, code.callValue(fourth, parameter(code, 0))), [host]);
    expect(f(3)).toBe(40.5);
  });

  it("copies and fills memory, and shuffles vectors", () => {
    const bytes = new Uint8Array(memory.buffer);
    for (let i = 0; i < 64; i++) bytes[i] = i;
    build([], [], (code) => {
      code.copyMemory(code.constantI32(100), code.constantI32(10), code.constantI32(5));
      code.fillMemory(code.constantI32(110), code.constantI32(7), code.constantI32(3));
      const [a, b] = [0, 16].map((offset) => code.load("v128.load", code.constantI32(0), offset)) as [Local, Local];
      code.store("v128.store", code.constantI32(120), code.shuffle32(a, b, [0, 7, 1, 4]));
      code.store("v128.store", code.constantI32(136), code.vector(Int32Array.of(1, 2, 3, 4)));
      const kept = code.local(V128);
      code.get(code.i64x2(-2n));
      code.tee(kept);
      code.set(kept);
      code.store("v128.store", code.constantI32(152), kept);
    })();
    expect([...bytes.slice(100, 105)]).toEqual([10, 11, 12, 13, 14]);
    expect([...bytes.slice(110, 113)]).toEqual([7, 7, 7]);
    expect([...bytes.slice(120, 136)]).toEqual([0, 1, 2, 3, 28, 29, 30, 31, 4, 5, 6, 7, 16, 17, 18, 19]);
    expect([...new Int32Array(memory.buffer.slice(136, 152))]).toEqual([1, 2, 3, 4]);
    expect([...new BigInt64Array(memory.buffer.slice(152, 168))]).toEqual([-2n, -2n]);
  });

  it("writes equal bytes for equal calls", () => {
    const bytes = [0, 1].map(() => {
      const module = new ModuleBuilder({ memory: { shared: true, maximum: 65536 }, relaxed: true });
      module.function("f", [V128], [V128], (code) => {
        code.get(code.multiplyAdd("f32x4", parameter(code, 0), code.f32x4(2), code.f32x4(-0)));
      });
      return module.finish().bytes;
    });
    expect(bytes[0]).toEqual(bytes[1]);
  });
});
