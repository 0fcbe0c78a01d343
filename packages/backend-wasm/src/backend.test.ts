import {
  ArgumentError,
  type Backend,
  cast,
  constant,
  contiguousStrides,
  type DType,
  type Expr,
  input,
  OutOfMemoryError,
  op,
  philox,
  random,
  scalar,
  sizeOf,
  type TypedArray,
  type View,
} from "@lucid/backend";
import { describe, expect, it } from "vitest";
import type { WasmBuffer } from "./buffer.js";
import { createWasmBackend } from "./index.js";

type WasmView = View<WasmBuffer>;

const backend: Backend<WasmBuffer> = createWasmBackend();
const x = input(0, "float32");
const y = input(1, "float32");

function view(dtype: DType, shape: readonly number[], values?: TypedArray, on = backend): WasmView {
  const buffer = on.allocate(dtype, sizeOf(shape));
  if (values !== undefined) on.write(buffer, 0, values);
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

const floats = (length: number, at: (i: number) => number): Float32Array =>
  Float32Array.from({ length }, (_, i) => at(i));
const read = ({ buffer }: WasmView, on = backend): number[] => [...on.readSync!(buffer, 0, buffer.length)];
const map = (expr: Expr, inputs: readonly WasmView[], output: WasmView, scalars: readonly number[] = []): void =>
  backend.map({ exprs: [expr], inputs, scalars, outputs: [output] });

describe("createWasmBackend", () => {
  it("computes on as many threads as it is told to", () => {
    expect(createWasmBackend({ threads: 1 }).capabilities.threads).toBe(1);
    expect(createWasmBackend({ threads: 3 }).capabilities.threads).toBe(3);
    for (const threads of [0, -1, 1.5, 33, Number.NaN]) {
      expect(() => createWasmBackend({ threads })).toThrow(ArgumentError);
    }
  });

  it("keeps values through eviction, and counts the bytes that it moved", () => {
    const small = createWasmBackend({ memory: 1 << 20 });
    const views = Array.from({ length: 40 }, (_, k) =>
      view(
        "float32",
        [20_000],
        floats(20_000, (i) => k + i),
        small,
      ),
    );
    for (const [k, v] of views.entries())
      expect(small.readSync!(v.buffer, 7, 2)).toEqual(Float32Array.of(k + 7, k + 8));
    const { bytes, totalEvictedBytes } = small.memory!();
    expect(bytes).toBeLessThanOrEqual(1 << 20);
    expect(totalEvictedBytes).toBeGreaterThan(40 * 80_000 - (1 << 20) - 1);
  });

  it("refuses a buffer that does not fit, and still works afterwards", () => {
    const small = createWasmBackend({ memory: 1 << 20 });
    const kept = view("float32", [3], Float32Array.of(1, 2, 3), small);
    expect(() => small.allocate("float64", 1 << 20)).toThrow(OutOfMemoryError);
    expect(() => small.allocate("float64", 2 ** 40)).toThrow(OutOfMemoryError);
    expect(read(kept, small)).toEqual([1, 2, 3]);
  });

  it("shows the elements themselves in hostView", () => {
    const a = view("int32", [3], Int32Array.of(1, 2, 3));
    const b = view("uint8", [2], Uint8Array.of(4, 5));
    const [ofA, ofB] = [backend.hostView!(a.buffer), backend.hostView!(b.buffer)];
    ofA[1] = -9;
    ofB[0] = 77;
    expect([read(a), read(b)]).toEqual([
      [1, -9, 3],
      [77, 5],
    ]);
  });
});

describe("map", () => {
  it("computes equal bits in the body of the loop and in its tail", () => {
    // The same element 39 times: unrolled vectors, single vectors and lanes of the last one.
    for (const name of ["sqrt", "exp", "tanh", "sin", "log"] as const) {
      for (const value of [0.7, 1e-5, 11.3]) {
        const output = view("float32", [39]);
        map(op(name, x), [view("float32", [39], new Float32Array(39).fill(value))], output);
        const bits = new Set(new Int32Array(Float32Array.from(read(output)).buffer));
        expect(bits.size, `${name} of ${value}`).toBe(1);
      }
    }
  });

  it("writes nothing beyond a tail", () => {
    for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
      for (let length = 1; length <= 21; length++) {
        const whole = view(dtype, [24], new Uint8Array(24).fill(1));
        const part = { ...whole, shape: [length], offset: 1 };
        const zeros = view(dtype, [length], new Uint8Array(length));
        map(input(0, dtype), [zeros], part);
        const expected = Array.from({ length: 24 }, (_, i) => (i >= 1 && i <= length ? 0 : 1));
        expect(read(whole), `${length} of ${dtype}`).toEqual(expected);
      }
    }
  });

  it("computes a large transposed operand in tiles", () => {
    const [rows, columns] = [150, 203];
    const a = view(
      "float32",
      [rows, columns],
      floats(rows * columns, (i) => i % 97),
    );
    const b = view(
      "float32",
      [columns, rows],
      floats(rows * columns, (i) => i % 101),
    );
    const output = view("float32", [rows, columns]);
    map(op("sub", x, y), [a, { ...b, shape: [rows, columns], strides: [1, rows] }], output);
    const expected = Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return (i % 97) - ((column * rows + row) % 101);
    });
    expect(read(output)).toEqual(expected);
  });

  it("draws the words of Philox, in blocks and one by one", () => {
    const words = random(scalar(0, "int32"), scalar(1, "int32"));
    for (const length of [1, 15, 16, 17, 71]) {
      const output = view("int32", [length]);
      map(words, [], output, [12345, -7]);
      expect(read(output)).toEqual(Array.from({ length }, (_, i) => philox(12345, -7, i)));
    }
    const other = view("float64", [5, 9]);
    map(cast(words, "float64"), [], { ...other, shape: [9, 5], strides: [1, 9] }, [1, 2]);
    const expected = Array.from({ length: 45 }, (_, i) => philox(1, 2, (i % 9) * 5 + Math.floor(i / 9)));
    expect(read(other)).toEqual(expected);
  });

  it("keeps NaN and the sign of zero beside a literal", () => {
    const relu = (name: "max" | "min", literal: number): number[] => {
      const values = Float32Array.of(-1, -0, 0, 2, NaN);
      const output = view("float32", [5]);
      map(op(name, x, constant(literal, "float32")), [view("float32", [5], values)], output);
      return read(output);
    };
    expect(relu("max", 0)).toEqual([0, 0, 0, 2, NaN]);
    expect(relu("max", -0)).toEqual([-0, -0, 0, 2, NaN]);
    expect(relu("min", 0)).toEqual([-1, -0, 0, 0, NaN]);
    expect(relu("min", -0)).toEqual([-1, -0, -0, -0, NaN]);
    expect(relu("max", 1)).toEqual([1, 1, 1, 2, NaN]);
    expect(relu("min", 1)).toEqual([-1, -0, 0, 1, NaN]);
  });
});

describe("reduce", () => {
  it("finds first extremes across rows, columns and tails", () => {
    // One maximum in every row, at a place that moves; the rest is equal.
    for (const columns of [1, 3, 4, 5, 18, 67]) {
      const rows = 7;
      const values = floats(rows * columns, (i) => (i % columns === (Math.floor(i / columns) * 5) % columns ? 9 : -1));
      const a = view("float32", [rows, columns], values);
      const output = view("int32", [rows, 1]);
      const call = { op: "argmax" as const, value: x, finish: undefined, shape: a.shape, scalars: [], inputs: [a] };
      backend.reduce({ ...call, axes: [1], output });
      expect(read(output)).toEqual(Array.from({ length: rows }, (_, row) => (row * 5) % columns));
    }
  });

  it("finds exact extremes where the fast way may be wrong", () => {
    const results = (name: "max" | "min", values: readonly number[]): number[] => {
      const length = 37;
      // As a row, and as a column beside others.
      const a = view(
        "float32",
        [length],
        floats(length, (i) => values[i % values.length]!),
      );
      const [whole, columns] = [view("float32", [1]), view("float32", [1, 5])];
      const call = { op: name, value: x, finish: undefined, scalars: [] };
      backend.reduce({ ...call, shape: [length], inputs: [a], axes: [0], output: whole });
      const shape = [length, 5];
      const table = view(
        "float32",
        shape,
        floats(length * 5, (i) => values[Math.floor(i / 5) % values.length]!),
      );
      backend.reduce({ ...call, shape, inputs: [table], axes: [0], output: columns });
      return [...read(whole), ...read(columns)];
    };
    const six = (value: number): number[] => new Array<number>(6).fill(value);
    expect(results("max", [-1, -0, -3])).toEqual(six(-0));
    expect(results("max", [-0, 0, -0, -2])).toEqual(six(0));
    expect(results("min", [0, -0, 3])).toEqual(six(-0));
    expect(results("min", [0, 2])).toEqual(six(0));
    expect(results("max", [1, 2, NaN, 5, 6, 7, 8, 9])).toEqual(six(NaN));
    expect(results("max", [-Infinity])).toEqual(six(-Infinity));
    expect(results("min", [4, 2.5, 9])).toEqual(six(2.5));
  });

  it("sums more accurately than float32 in order", () => {
    const length = 100_003;
    const a = view("float32", [length], new Float32Array(length).fill(0.1));
    const output = view("float32", [1]);
    backend.reduce({
      op: "sum",
      value: x,
      finish: undefined,
      shape: [length],
      inputs: [a],
      scalars: [],
      axes: [0],
      output,
    });
    const exact = length * Math.fround(0.1);
    expect(Math.abs(read(output)[0]! - exact) / exact).toBeLessThan(2 ** -21);
  });
});

describe("scan and sort", () => {
  it("scans side by side with the results of one by one", () => {
    const [rows, columns] = [6, 11];
    const values = floats(rows * columns, (i) => (i % 7) - 3);
    const a = view("float32", [rows, columns], values);
    const output = view("float32", [rows, columns]);
    backend.scan("sum", a, 0, output);
    const expected = Array.from(values, (_, i) => {
      let sum = 0;
      for (let at = i; at >= 0; at -= columns) sum += values[at]!;
      return sum;
    });
    expect(read(output)).toEqual(expected);
  });

  it("sorts stably with NaN last", () => {
    const values = Float32Array.of(3, NaN, -0, 0, -Infinity, 3, NaN, 1, 0);
    const a = view("float32", [9], values);
    const [sorted, indices] = [view("float32", [9]), view("int32", [9])];
    backend.sort(a, 0, sorted, indices);
    expect(read(sorted)).toEqual([-Infinity, -0, 0, 0, 1, 3, 3, NaN, NaN]);
    expect(read(indices)).toEqual([4, 2, 3, 8, 7, 0, 5, 1, 6]);
  });
});
