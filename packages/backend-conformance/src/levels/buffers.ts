/**
 * The level `buffers`: allocate, write, read, free.
 *
 * @module
 */
import {
  type Backend,
  constant,
  type DType,
  dtypeNames,
  dtypes,
  heldTypes,
  input,
  OutOfMemoryError,
  op,
  type TypedArray,
} from "@lucid/backend";
import { map, reduce } from "../call.js";
import { type CaseBody, type ConformanceCase, defineCase, type Level } from "../case.js";
import { show } from "../compare.js";
import { expectError, fail } from "../session.js";

/** Values that buffers of each type must hold to the bit. */
const values: Readonly<Record<DType, readonly number[]>> = {
  float32: [0, -0, 1.5, NaN, Infinity, -Infinity, 3.4028234663852886e38, 1.401298464324817e-45, -7.25],
  float64: [0, -0, 0.1, NaN, Infinity, -Infinity, Number.MAX_VALUE, 5e-324, -7.25],
  float16: [0, -0, 1.5, NaN, Infinity, -Infinity, 0.25, 448, -7.25],
  bfloat16: [0, -0, 1.5, NaN, Infinity, -Infinity, 0.25, 448, -7.25],
  int32: [0, 1, -1, 2147483647, -2147483648, 16777217],
  uint8: [0, 1, 127, 128, 255],
  bool: [0, 1, 1, 0, 1],
};

function array(dtype: DType, length: number, from: readonly number[] = values[dtype]): TypedArray {
  const result = dtypes[dtype].array(length);
  for (let i = 0; i < length; i++) result[i] = dtypes[dtype].encode(from[i % from.length]!);
  return result;
}

function same(got: TypedArray, expected: TypedArray, what: string): void {
  const type = (value: TypedArray): string => Object.prototype.toString.call(value).slice(8, -1);
  if (type(got) !== type(expected)) fail(`${what}: expected a ${type(expected)}, got a ${type(got)}`);
  if (got.length !== expected.length) fail(`${what}: expected ${expected.length} elements, got ${got.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(got[i], expected[i])) {
      fail(`${what}: element ${i} is ${show(got[i]!)}, expected ${show(expected[i]!)}`);
    }
  }
}

function casesFor(dtype: DType): ConformanceCase[] {
  const define = (name: string, body: CaseBody): ConformanceCase => defineCase(["buffers", name, dtype], [dtype], body);
  return [
    define("write and read", async ({ backend }) => {
      for (const length of [1, 2, 3, 5, 16, 17, 1000, 4097]) {
        const buffer = backend.allocate(dtype, length);
        if (buffer.dtype !== dtype) fail(`the buffer says that it is ${buffer.dtype}`);
        if (buffer.length !== length) fail(`the buffer says that its length is ${buffer.length}, not ${length}`);
        backend.write(buffer, 0, array(dtype, length));
        same(await backend.read(buffer, 0, length), array(dtype, length), `length ${length}`);
        backend.free(buffer);
      }
    }),
    define("parts", async ({ backend }) => {
      const buffer = backend.allocate(dtype, 11);
      const expected = array(dtype, 11);
      backend.write(buffer, 0, expected);
      const part = array(dtype, 4, [...values[dtype]].reverse());
      backend.write(buffer, 3, part);
      expected.set(part, 3);
      same(await backend.read(buffer, 0, 11), expected, "after writing elements 3 to 6");
      same(await backend.read(buffer, 5, 3), expected.slice(5, 8), "elements 5 to 7");
      same(await backend.read(buffer, 10, 1), expected.slice(10), "the last element");
      same(await backend.read(buffer, 4, 0), expected.slice(4, 4), "no elements");
      backend.write(buffer, 11, expected.slice(0, 0));
      same(await backend.read(buffer, 0, 11), expected, "after writing nothing at the end");
      backend.free(buffer);
    }),
    define("reads are copies", async ({ backend }) => {
      const buffer = backend.allocate(dtype, 6);
      const expected = array(dtype, 6);
      backend.write(buffer, 0, expected);
      const first = await backend.read(buffer, 0, 6);
      first.fill(1);
      same(await backend.read(buffer, 0, 6), expected, "after changing an array that was read");
      const before = await backend.read(buffer, 0, 6);
      backend.write(buffer, 0, array(dtype, 6, [1]));
      same(before, expected, "an array that was read before the buffer changed");
      backend.free(buffer);
    }),
    define("writes are copies", async ({ backend }) => {
      const buffer = backend.allocate(dtype, 5);
      const given = array(dtype, 5);
      backend.write(buffer, 0, given);
      given.fill(1);
      same(await backend.read(buffer, 0, 5), array(dtype, 5), "after changing the array that was written");
      backend.free(buffer);
    }),
    define("writing a part of a larger array", async ({ backend }) => {
      const buffer = backend.allocate(dtype, 4);
      const whole = array(dtype, 12);
      backend.write(buffer, 0, whole.subarray(5, 9));
      same(await backend.read(buffer, 0, 4), whole.slice(5, 9), "elements 5 to 8 of the array");
      backend.free(buffer);
    }),
    define("readSync", async ({ backend }) => {
      if (backend.readSync === undefined) return;
      const buffer = backend.allocate(dtype, 9);
      backend.write(buffer, 0, array(dtype, 9));
      const got = backend.readSync(buffer, 0, 9);
      same(got, array(dtype, 9), "all");
      got.fill(1);
      same(
        backend.readSync(buffer, 2, 4),
        array(dtype, 9).slice(2, 6),
        "elements 2 to 5, after changing what was read",
      );
      backend.free(buffer);
    }),
    define("hostView", async ({ backend }) => {
      if (backend.hostView === undefined) return;
      const buffer = backend.allocate(dtype, 7);
      backend.write(buffer, 0, array(dtype, 7));
      same(backend.hostView(buffer).slice(), array(dtype, 7), "the view");
      backend.hostView(buffer)[2] = 1;
      const expected = array(dtype, 7);
      expected[2] = 1;
      same(await backend.read(buffer, 0, 7), expected, "after writing through the view");
      backend.free(buffer);
    }),
    define("length 0", async ({ backend }) => {
      const buffer = backend.allocate(dtype, 0);
      backend.write(buffer, 0, array(dtype, 0));
      same(await backend.read(buffer, 0, 0), array(dtype, 0), "nothing");
      backend.free(buffer);
    }),
  ];
}

/** Throws if doing something again and again takes memory, as far as the backend counts it. */
function assertNoLeak(backend: Backend, work: () => void): void {
  const bytes = (): number | undefined => backend.memory?.().bytes;
  // The first use may allocate memory that stays.
  work();
  const before = bytes();
  for (let round = 0; round < 30; round++) work();
  const after = bytes();
  if (before !== undefined && after! > before)
    fail(`the live buffers take ${after} bytes after 30 rounds, ${before} before: memory leaks`);
}

function sharedCases(): ConformanceCase[] {
  return [
    defineCase(["buffers", "several at once"], ["float32"], async ({ backend }) => {
      const types = heldTypes(backend.capabilities);
      const buffers = Array.from({ length: 60 }, (_, i) => {
        const dtype = types[i % types.length]!;
        const content = array(dtype, i + 1, [...values[dtype].slice(i % 5), 1]);
        const buffer = backend.allocate(dtype, i + 1);
        backend.write(buffer, 0, content);
        return { buffer, content };
      });
      for (const [i, { buffer }] of buffers.entries()) if (i % 3 === 0) backend.free(buffer);
      const more = Array.from({ length: 20 }, (_, i) => {
        const buffer = backend.allocate("float32", 2 * i + 1);
        const content = array("float32", 2 * i + 1, [i + 0.5]);
        backend.write(buffer, 0, content);
        return { buffer, content };
      });
      const alive = [...buffers.filter((_, i) => i % 3 !== 0), ...more];
      for (const [i, { buffer, content }] of alive.entries()) {
        same(await backend.read(buffer, 0, content.length), content, `buffer ${i} of ${alive.length}`);
        backend.free(buffer);
      }
    }),
    defineCase(["buffers", "free and go on"], ["float32"], async ({ backend }) => {
      const kept = backend.allocate("float32", 33);
      backend.write(kept, 0, array("float32", 33));
      for (let round = 0; round < 200; round++) {
        const buffer = backend.allocate("float32", 1 + (round % 40));
        backend.write(buffer, 0, array("float32", 1 + (round % 40), [round]));
        backend.free(buffer);
      }
      same(await backend.read(kept, 0, 33), array("float32", 33), "a buffer that was kept");
      backend.free(kept);
    }),
    defineCase(["buffers", "a read sees all earlier calls and no later one"], ["float32"], async (session) => {
      const { backend } = session;
      const output = session.output("float32", [64]);
      map(session, [constant(2, "float32")], [], [output]);
      const pending = backend.read(output.view.buffer, 0, 64);
      map(session, [constant(3, "float32")], [], [output]);
      same(await pending, array("float32", 64, [2]), "the read between two calls");
      await session.check(output, { expected: array("float32", 64, [3]) });
    }),
    defineCase(["buffers", "a read that is under way survives free"], ["float32"], async ({ backend }) => {
      const buffer = backend.allocate("float32", 50);
      backend.write(buffer, 0, array("float32", 50));
      const pending = backend.read(buffer, 0, 50);
      backend.free(buffer);
      const next = backend.allocate("float32", 50);
      backend.write(next, 0, array("float32", 50, [3]));
      same(await pending, array("float32", 50), "the read from before free");
      backend.free(next);
    }),
    defineCase(["buffers", "leaks", "buffers"], ["float32"], ({ backend }) => {
      assertNoLeak(backend, () => backend.free(backend.allocate("float32", 5000)));
    }),
    defineCase(["buffers", "leaks", "calls"], ["float32", "int32"], async (session) => {
      const { backend } = session;
      if (backend.memory === undefined) return;
      const [x, y] = [
        session.input("float32", [40, 40], [1, 2, 3], { order: [1, 0] }),
        session.output("float32", [40, 40]),
      ];
      const [z, index] = [session.output("float32", [40, 40]), session.input("int32", [40, 40], [3, 1, 2])];
      const [one, order] = [session.output("float32", [40, 1]), session.output("int32", [40, 40])];
      for (const output of [y, z, one, order]) session.disregard(output);
      const value = input(0, "float32");
      const twice = op("add", value, value);
      assertNoLeak(backend, () => {
        map(session, [twice], [x], [y]);
        reduce(session, { op: "sum", value: twice, shape: [40, 40], inputs: [x], axes: [1], output: one });
        backend.matmul(x.view, y.view, z.view, { expr: twice, inputs: [], scalars: [] });
        backend.gather(x.view, index.view, 1, y.view);
        backend.scatter("add", x.view, index.view, 1, y.view);
        backend.scan("sum", x.view, 1, y.view);
        backend.sort(x.view, 1, y.view, order.view);
      });
      await backend.read(y.view.buffer, 0, 1);
    }),
    defineCase(["buffers", "no room"], ["float32"], async ({ backend }) => {
      const kept = backend.allocate("float32", 8);
      backend.write(kept, 0, array("float32", 8));
      expectError(() => backend.allocate("float32", 2 ** 45), OutOfMemoryError, "allocating 2^45 elements");
      same(await backend.read(kept, 0, 8), array("float32", 8), "a buffer from before");
      backend.free(kept);
    }),
  ];
}

/** The level `buffers`. */
export const buffersLevel: Level = {
  name: "buffers",
  cases: () => [...dtypeNames.flatMap(casesFor), ...sharedCases()],
};
