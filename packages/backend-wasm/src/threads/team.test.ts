import { constant, input, op, type TypedArray, type View } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { createWasmBackend, type WasmBuffer } from "../index.js";
import { LINE, places } from "./layout.js";

type WasmBackend = ReturnType<typeof createWasmBackend>;

const x = input(0, "float32");
const y = input(1, "float32");

function viewOf(buffer: WasmBuffer, shape: readonly number[], strides: readonly number[]): View<WasmBuffer> {
  return { buffer, dtype: buffer.dtype, shape, strides, offset: 0 };
}

function vector(backend: WasmBackend, values: Float32Array): View<WasmBuffer> {
  const buffer = backend.allocate("float32", values.length);
  backend.write(buffer, 0, values);
  return viewOf(buffer, [values.length], [1]);
}

const valuesOf = (backend: WasmBackend, { buffer }: View<WasmBuffer>): TypedArray =>
  backend.readSync!(buffer, 0, buffer.length);

/** Shares work until every worker has done some of it. */
async function warmUp(backend: WasmBackend): Promise<void> {
  const a = vector(backend, new Float32Array(1 << 20));
  const words = new Int32Array(backend.hostView!(a.buffer).buffer);
  const counts = (): number[] =>
    Array.from({ length: backend.capabilities.threads! - 1 }, (_, i) => {
      const own = places.workers + (i + 1) * LINE;
      return Atomics.load(words, (own + places.count) / 4);
    });
  while (counts().includes(0)) {
    backend.map({ exprs: [op("exp", x)], inputs: [a], scalars: [], outputs: [a] });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  backend.free(a.buffer);
}

const backends = [1, 2, 3, 5].map((threads) => createWasmBackend({ threads }));
for (const backend of backends) await warmUp(backend);

describe("threads", () => {
  it("give sums of float32 that are the same to the bit, and right", () => {
    const size = 300_007;
    const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i) * 1e3);
    let exact = 0;
    for (const value of values) exact += value * value;
    const sums = backends.map((backend) => {
      const output = vector(backend, new Float32Array(1));
      const whole = { ...output, shape: [], strides: [] };
      const inputs = [vector(backend, values)];
      for (let i = 0; i < 20; i++) {
        backend.reduce({
          op: "sum",
          value: op("mul", x, x),
          finish: undefined,
          inputs,
          scalars: [],
          shape: [size],
          axes: [0],
          output: whole,
        });
      }
      return valuesOf(backend, output)[0]!;
    });
    expect(new Set(sums).size).toBe(1);
    expect(sums[0]).toBe(Math.fround(exact));
  });

  it("compute every element of jobs of any length once, also in place", () => {
    for (const size of [10_000, 50_001, 131_072, 700_003]) {
      for (const backend of backends) {
        const a = vector(backend, new Float32Array(size).fill(1));
        const one = vector(
          backend,
          Float32Array.from({ length: size }, (_, i) => i % 7),
        );
        for (let i = 0; i < 30; i++) {
          backend.map({ exprs: [op("add", x, y)], inputs: [a, one], scalars: [], outputs: [a] });
        }
        const wrong = valuesOf(backend, a).findIndex((value, i) => value !== 1 + 30 * (i % 7));
        expect(wrong).toBe(-1);
        backend.free(a.buffer);
        backend.free(one.buffer);
      }
    }
  });

  it("run jobs of different kernels one after another without mixing them up", () => {
    const size = 20_000;
    for (const backend of backends) {
      const a = vector(backend, new Float32Array(size));
      const exprs = Array.from({ length: 40 }, (_, i) => op("add", x, constant(i + 1, "float32")));
      for (let round = 0; round < 25; round++) {
        for (const expr of exprs) backend.map({ exprs: [expr], inputs: [a], scalars: [], outputs: [a] });
      }
      // 25 · (1 + 2 + … + 40)
      expect(new Set(valuesOf(backend, a))).toEqual(new Set([20_500]));
    }
  });

  it("sort many lines, each thread in its own memory", () => {
    const [lines, length] = [64, 1000];
    const values = Float32Array.from({ length: lines * length }, (_, i) => Math.imul(i, 48271) % 10007);
    for (const backend of backends) {
      const from = { ...vector(backend, values), shape: [lines, length], strides: [length, 1] };
      const to = { ...vector(backend, values), shape: [lines, length], strides: [length, 1] };
      const places = viewOf(backend.allocate("int32", lines * length), [lines, length], [length, 1]);
      backend.sort(from, 1, to, places);
      const sorted = valuesOf(backend, to);
      for (let line = 0; line < lines; line++) {
        const own = values.slice(line * length, (line + 1) * length).sort();
        expect(sorted.slice(line * length, (line + 1) * length)).toEqual(own);
      }
    }
  });

  it("call the host for rare arguments in every thread", () => {
    const size = 40_000;
    const large = Float32Array.from({ length: size }, (_, i) => 2e6 + i * 0.25);
    for (const backend of backends) {
      const output = vector(backend, new Float32Array(size));
      const inputs = [vector(backend, large), vector(backend, new Float32Array(size).fill(-3e-30))];
      for (const [name, host] of [
        ["sin", Math.sin],
        ["cos", Math.cos],
        ["tan", Math.tan],
      ] as const) {
        backend.map({ exprs: [op(name, x)], inputs, scalars: [], outputs: [output] });
        expect(valuesOf(backend, output)).toEqual(large.map(host));
      }
      backend.map({ exprs: [op("rem", x, y)], inputs, scalars: [], outputs: [output] });
      const divisor = Math.fround(-3e-30);
      const rest = large.map((value) => (value % divisor === 0 ? 0 : (value % divisor) + divisor));
      expect(valuesOf(backend, output)).toEqual(rest);
    }
  });
});
