/** Backends with one fault each, and for each the case that has to find it. */
import {
  type Backend,
  cast,
  constant,
  contiguousStrides,
  type DeviceBuffer,
  type Expr,
  extendBackend,
  type FusedCall,
  type FusedOperation,
  IndexOutOfRangeError,
  inOrder,
  kernelFor,
  kernelTable,
  logSoftmaxOperation,
  type MapCall,
  op,
  positionsOf,
  random,
  rowMajorIndex,
  type SoftmaxAttributes,
  softmaxOperation,
  type TypedArray,
  type View,
} from "@lucid/backend";
import { createMinimalBackend, type HostBuffer } from "minimal-backend";
import { describe, expect, it } from "vitest";
import { conformanceCases, runConformance } from "./cases.js";

type Minimal = Backend<HostBuffer>;
type HostView = View<HostBuffer>;
const minimal: Minimal = createMinimalBackend();
const cases = new Map(conformanceCases().map((one) => [one.name, one]));

const extended = (members: Partial<Minimal>): Backend => extendBackend(minimal, members);
const values = (view: HostView): number[] => Array.from(positionsOf(view), (at) => view.buffer.data[at]!);
const fill = (view: HostView, elements: ArrayLike<number>): void => {
  positionsOf(view).forEach((at, i) => {
    view.buffer.data[at] = elements[i]!;
  });
};
/** A contiguous copy of a view in a buffer of its own. */
const copied = (view: HostView): HostView => {
  const elements = values(view);
  const buffer = minimal.allocate(view.dtype, elements.length);
  buffer.data.set(elements);
  return { ...view, buffer, strides: contiguousStrides(view.shape), offset: 0 };
};

/** The minimal backend with every expression of maps and reductions changed node by node. */
function rewriting(change: (expr: Expr, call: { readonly shape: readonly number[] }) => Expr): Backend {
  const rewritten = (exprs: readonly Expr[], shape: readonly number[]): Expr[] => {
    const done = new Map<Expr, Expr>();
    const to = (expr: Expr): Expr => done.get(expr)!;
    for (const expr of inOrder(exprs)) {
      let same = expr;
      if (expr.kind === "operation") same = op(expr.op, ...expr.args.map(to));
      else if (expr.kind === "cast") same = cast(to(expr.operand), expr.dtype);
      else if (expr.kind === "random") same = random(to(expr.key0), to(expr.key1), expr.counter && to(expr.counter));
      done.set(expr, change(same, { shape }));
    }
    return exprs.map(to);
  };
  return extended({
    map: (call) => minimal.map({ ...call, exprs: rewritten(call.exprs, call.outputs[0]!.shape) }),
    reduce: (call) => minimal.reduce({ ...call, value: rewritten([call.value], call.shape)[0]! }),
  });
}

const changedCounter = (change: (counter: Expr) => Expr): Backend =>
  rewriting((expr, { shape }) =>
    expr.kind === "random" ? random(expr.key0, expr.key1, change(expr.counter ?? rowMajorIndex(shape))) : expr,
  );

/** A backend that puts off what it is asked to do until somebody reads. */
function deferred(): Backend {
  const queue: (() => void)[] = [];
  const later =
    <A extends readonly unknown[]>(member: (...args: A) => void) =>
    (...args: A): void => {
      queue.push(() => member(...args));
    };
  const flush = (): void => {
    for (const work of queue.splice(0)) work();
  };
  const pool: HostBuffer[] = [];
  return extended({
    allocate(dtype, length) {
      const at = pool.findIndex((buffer) => buffer.dtype === dtype && buffer.length === length);
      return at < 0 ? minimal.allocate(dtype, length) : pool.splice(at, 1)[0]!;
    },
    free: (buffer) => void pool.push(buffer),
    map: later((call: MapCall<HostBuffer>) => minimal.map(call)),
    async read(buffer, start, length) {
      flush();
      return buffer.data.slice(start, start + length);
    },
    readSync(buffer, start, length) {
      flush();
      return buffer.data.slice(start, start + length);
    },
  });
}

/** Counts its memory, and forgets to give some of it back. */
function leaking(what: "buffers" | "calls"): Backend {
  let bytes = 0;
  const counts = new Map<DeviceBuffer, number>();
  return extended({
    allocate(dtype, length) {
      const buffer = minimal.allocate(dtype, length);
      counts.set(buffer, buffer.data.byteLength);
      bytes += buffer.data.byteLength;
      return buffer;
    },
    free(buffer) {
      if (what === "calls") bytes -= counts.get(buffer) ?? 0;
    },
    sort(x, axis, sorted, indices) {
      if (what === "calls") bytes += 4;
      minimal.sort(x, axis, sorted, indices);
    },
    memory: () => ({ bytes, evictedBytes: 0, totalEvictedBytes: 0 }),
  });
}

/** A softmax kernel on lines of a matrix along the last axis, for `lines` of them. */
function softmaxKernel(
  operation: FusedOperation<SoftmaxAttributes>,
  along: (line: readonly number[]) => number[],
  flat = false,
): Backend {
  const run = ({ inputs: [x], attributes: { axis }, outputs: [y] }: FusedCall<HostBuffer, SoftmaxAttributes>): void => {
    const from = flat ? { ...x!, strides: contiguousStrides(x!.shape), offset: 0 } : x!;
    const size = x!.shape[axis]!;
    const inner = x!.shape.slice(axis + 1).reduce((n, s) => n * s, 1);
    const elements = values(from);
    const result = [...elements];
    for (let start = 0; start < elements.length; start++) {
      if (Math.floor(start / inner) % size !== 0) continue;
      const line = Array.from({ length: size }, (_, i) => elements[start + i * inner]!);
      along(line).forEach((value, i) => {
        result[start + i * inner] = value;
      });
    }
    fill(y!, result);
  };
  return extended({ fused: kernelTable(kernelFor(operation, { run })) });
}

function softmax(line: readonly number[], shift = Math.max(...line)): number[] {
  const exps = line.map((v) => Math.exp(v - shift));
  const total = exps.reduce((sum, v) => sum + v, 0);
  return exps.map((v) => v / total);
}

const isEq = (expr: Expr): expr is Expr & { readonly args: readonly [Expr, Expr] } =>
  expr.kind === "operation" && expr.op === "eq";

const zeroFirst = (view: HostView): void => void view.buffer.data.fill(0, 0, view.buffer.length);

const faults: readonly (readonly [fault: string, backend: () => Backend, caught: string])[] = [
  [
    "draws the same word four times",
    () => changedCounter((counter) => op("and", counter, constant(~3, "int32"))),
    "random › words › key 0, 0, block 0",
  ],
  [
    "keeps 16 bits of a counter",
    () => changedCounter((counter) => op("and", counter, constant(0xffff, "int32"))),
    "random › counters › in any order",
  ],
  [
    "exchanges the keys",
    () => rewriting((expr) => (expr.kind === "random" ? random(expr.key1, expr.key0, expr.counter) : expr)),
    "random › words › key 42, 7, block 536870911",
  ],
  [
    "loses the tail of a block of random words",
    () =>
      extended({
        map(call) {
          minimal.map(call);
          const size = positionsOf(call.outputs[0]!).length;
          const drawn = inOrder(call.exprs).some(({ kind }) => kind === "random");
          if (!drawn || size % 4 === 0) return;
          const elements = values(call.outputs[0]!);
          fill(call.outputs[0]!, [...elements.slice(0, -1), 0]);
        },
      }),
    "random › long › default counter",
  ],
  [
    "reads after it has written",
    () =>
      extended({
        map: (call) =>
          call.exprs.forEach((expr, k) => {
            minimal.map({ ...call, exprs: [expr], outputs: [call.outputs[k]!] });
          }),
      }),
    "aliasing › map › three operands in a circle",
  ],
  [
    "knows an operation in place by the identity of views",
    () =>
      extended({
        map(call) {
          for (const output of call.outputs) {
            if (!call.inputs.includes(output)) fill(output, new Float64Array(positionsOf(output).length));
          }
          minimal.map(call);
        },
      }),
    "aliasing › map › in place by an equal view that is another object",
  ],
  [
    "knows an operation in place by the buffer",
    () =>
      extended({
        map(call) {
          const { buffer } = call.outputs[0]!;
          const inputs = call.inputs.map((view) => (view.buffer === buffer ? call.outputs[0]! : view));
          minimal.map({ ...call, inputs });
        },
      }),
    "aliasing › map › even and odd elements",
  ],
  [
    "clears the buffer of a product before it reads the factors",
    () =>
      extended({
        matmul(a, b, output, epilogue) {
          zeroFirst(output);
          minimal.matmul(a, b, output, epilogue);
        },
      }),
    "aliasing › matmul › factors and product in one buffer",
  ],
  [
    "stores the product before the epilogue reads, without strides",
    () =>
      extended({
        matmul(a, b, output, epilogue) {
          const flat = { ...output, strides: contiguousStrides(output.shape) };
          if (epilogue !== undefined && output.shape.length === 2) minimal.matmul(a, b, flat);
          minimal.matmul(a, b, output, epilogue);
        },
      }),
    "aliasing › matmul › an epilogue that reads between the rows it writes",
  ],
  [
    "writes reductions without strides",
    () =>
      extended({
        reduce: (call) =>
          minimal.reduce({ ...call, output: { ...call.output, strides: contiguousStrides(call.output.shape) } }),
      }),
    "aliasing › reduce › the sum of a row beside it",
  ],
  [
    "gathers from what it has written already",
    () =>
      extended({
        gather(source, index, axis, output) {
          if (source.buffer === output.buffer) minimal.gather(source, index, axis, { ...output, offset: 0 });
          minimal.gather(source, index, axis, output);
        },
      }),
    "aliasing › gather › by itself",
  ],
  [
    "sorts its operand",
    () =>
      extended({
        sort(x, axis, sorted, indices) {
          minimal.sort(x, axis, sorted, indices);
          fill(x, values(sorted));
        },
      }),
    "unchanged › sort › contiguous",
  ],
  [
    "packs a factor in its own place",
    () =>
      extended({
        matmul(a, b, output, epilogue) {
          minimal.matmul(a, b, output, epilogue);
          if (b.strides[1] !== 1 && !b.strides.includes(0))
            fill({ ...b, strides: contiguousStrides(b.shape) }, values(b));
        },
      }),
    "unchanged › matmul › transposed",
  ],
  [
    "scans in the operand's place",
    () =>
      extended({
        scan(name, x, axis, output) {
          minimal.scan(name, x, axis, output);
          if (!x.strides.includes(0)) fill(x, values(output));
        },
      }),
    "unchanged › scan › sliced",
  ],
  [
    "turns negative strides of the caller's views around",
    () =>
      extended({
        map(call) {
          for (const { strides } of call.inputs)
            strides.forEach((stride, i) => {
              (strides as number[])[i] = Math.abs(stride);
            });
          minimal.map(call);
        },
      }),
    "unchanged › map › backward",
  ],
  [
    "keeps a packed factor for the next product",
    () => {
      const packed = new Map<DeviceBuffer, HostView>();
      return extended({
        matmul(a, b, output, epilogue) {
          const known = packed.get(b.buffer) ?? copied(b);
          packed.set(b.buffer, known);
          minimal.matmul(a, known, output, epilogue);
        },
      });
    },
    "unchanged › afterwards › new values in a factor are seen",
  ],
  [
    "keeps indices that it has checked",
    () => {
      const known = new Map<DeviceBuffer, HostView>();
      return extended({
        gather(source, index, axis, output) {
          const checked = known.get(index.buffer) ?? copied(index);
          known.set(index.buffer, checked);
          minimal.gather(source, checked, axis, output);
        },
      });
    },
    "unchanged › afterwards › new indices are seen",
  ],
  [
    "reads the list of numbers later",
    deferred,
    "unchanged › afterwards › the caller may use its list of scalars again",
  ],
  ["reads the list of views later", deferred, "unchanged › afterwards › the caller may use its lists of views again"],
  ["reads operands later", deferred, "unchanged › afterwards › a call reads its inputs before they are written again"],
  [
    "reads operands after they are freed",
    deferred,
    "unchanged › afterwards › a call reads its inputs before they are freed",
  ],
  [
    "answers reads from buffers that were freed",
    () => {
      const pool: HostBuffer[] = [];
      return extended({
        allocate: (dtype, length) => pool.pop() ?? minimal.allocate(dtype, length),
        free: (buffer) => void pool.push(buffer),
        async read({ data }, start, length) {
          await Promise.resolve();
          return data.slice(start, start + length);
        },
      });
    },
    "buffers › a read that is under way survives free",
  ],
  ["never gives memory back", () => leaking("buffers"), "buffers › leaks › buffers"],
  ["leaks the scratch memory of a sort", () => leaking("calls"), "buffers › leaks › calls"],
  [
    "gives one buffer out twice",
    () => {
      let last: HostBuffer | undefined;
      return extended({
        allocate(dtype, length) {
          const again = last?.dtype === dtype && last.length === length ? last : minimal.allocate(dtype, length);
          last = again;
          return again;
        },
      });
    },
    "unchanged › map › contiguous",
  ],
  [
    "has a softmax that overflows",
    () => softmaxKernel(softmaxOperation, (line) => softmax(line, 0)),
    "fused › softmax › float32 › large numbers",
  ],
  [
    "has a softmax that reads without strides",
    () => softmaxKernel(softmaxOperation, (line) => softmax(line), true),
    "fused › softmax › float32 › transposed",
  ],
  [
    "has a softmax that loses NaN",
    () => softmaxKernel(softmaxOperation, (line) => softmax(line.map((v) => (v !== v ? -Infinity : v)))),
    "fused › softmax › float32 › NaN gives NaN",
  ],
  [
    "has a softmax with a bad tail",
    () =>
      softmaxKernel(softmaxOperation, (line) => softmax(line).map((v, i) => (i >= (line.length & ~3) ? v * 1.001 : v))),
    "fused › softmax › float64 › rows of two vectors and a rest",
  ],
  [
    "has a softmax where its logarithm belongs",
    () => softmaxKernel(logSoftmaxOperation, (line) => softmax(line)),
    "gradients › fused › float32 › logarithm of softmax",
  ],
  [
    "loses duplicates in a race",
    () =>
      extended({
        scatter(mode, source, index, axis, output) {
          if (mode !== "add" || index.shape.includes(0)) return minimal.scatter(mode, source, index, axis, output);
          // All read before any writes: of duplicates, one survives.
          const base = copied(output);
          const sums = minimal.allocate(source.dtype, positionsOf(source).length);
          const gathered: HostView = { ...copied(source), buffer: sums };
          minimal.gather(base, index, axis, gathered);
          const added = values(source).map((v, i) => v + sums.data[i]!);
          sums.data.set(added);
          minimal.scatter("set", gathered, index, axis, output);
        },
      }),
    "gradients › gather › float32 › rows, some twice",
  ],
  [
    "finds ties where there are none",
    () => rewriting((expr) => (isEq(expr) && expr.args[0].dtype === "float32" ? op("le", ...expr.args) : expr)),
    "gradients › reduce › float32 › ties share the gradient",
  ],
  [
    "adds up along the wrong axis where an operand is repeated",
    () =>
      extended({
        reduce(call) {
          const square = call.shape.length === 2 && call.axes.length === 1;
          const repeated = square && call.inputs.some(({ strides }) => strides.includes(0));
          minimal.reduce(call);
          if (repeated) fill(call.output, values(call.output).reverse());
        },
      }),
    "gradients › map over layouts › float32 › matrix by row",
  ],
  [
    "leaves out the last of several outputs",
    () =>
      extended({
        map(call) {
          const before = copied(call.outputs[call.outputs.length - 1]!);
          minimal.map(call);
          if (call.outputs.length > 1) fill(call.outputs[call.outputs.length - 1]!, values(before));
        },
      }),
    "training › regression › float32",
  ],
  [
    "multiplies with the precision of a bfloat16",
    () =>
      extended({
        matmul(a, b, output, epilogue) {
          const short = (view: HostView): HostView => {
            const copy = copied(view);
            const bits = new Uint32Array(copy.buffer.data.buffer);
            if (view.dtype === "float32") for (let i = 0; i < bits.length; i++) bits[i]! &= 0xffff0000;
            return copy;
          };
          minimal.matmul(short(a), short(b), output, epilogue);
        },
      }),
    "training › classification › float32",
  ],
  [
    "draws on what was there before",
    () => {
      let calls = 0;
      return extended({
        matmul(a, b, output, epilogue) {
          minimal.matmul(a, b, output, epilogue);
          if (++calls % 47 === 0)
            fill(
              output,
              values(output).map((v) => v * (1 + 2 ** -20)),
            );
        },
      });
    },
    "training › the same run twice › float32",
  ],
  [
    "clamps indices",
    () =>
      extended({
        gather(source, index, axis, output) {
          const clamped = copied(index);
          const last = source.shape[axis]! - 1;
          clamped.buffer.data.forEach((i, at, data: TypedArray) => {
            data[at] = Math.min(i, last);
          });
          minimal.gather(source, clamped, axis, output);
        },
      }),
    "errors › index out of range › indexSelect",
  ],
  [
    "names another index than the bad one",
    () =>
      extended({
        gather(source, index, axis, output) {
          try {
            minimal.gather(source, index, axis, output);
          } catch {
            throw new IndexOutOfRangeError("gather", 0, source.shape[axis]!);
          }
        },
      }),
    "errors › index out of range › gather",
  ],
  [
    "writes good elements before it finds the bad index",
    () =>
      extended({
        scatter(mode, source, index, axis, output) {
          const size = output.shape[axis]!;
          const indices = values(index);
          if (mode === "set" && indices.some((i) => i >= size))
            fill(
              output,
              values(output).map(() => 9),
            );
          minimal.scatter(mode, source, index, axis, output);
        },
      }),
    "errors › index out of range › scatter_",
  ],
  [
    "throws an error of its own where there is no room",
    () =>
      extended({
        allocate(dtype, length) {
          if (length > 2 ** 31) throw new RangeError("too large");
          return minimal.allocate(dtype, length);
        },
      }),
    "errors › out of memory › a product too large",
  ],
];

describe("a backend that", () => {
  it.each(faults)("%s is caught", async (_, make, caught) => {
    const one = cases.get(caught);
    if (one === undefined) throw new Error(`there is no case "${caught}"`);
    expect((await runConformance(minimal, { cases: [one] })).problems).toEqual([]);
    const report = await runConformance(make(), { cases: [one] });
    expect(report.failures.map(({ name }) => name)).toEqual([caught]);
    // The case fails because of what it found, not because the faulty backend broke down.
    expect(report.failures[0]!.message).not.toMatch(/is not a function|undefined|Cannot read/);
  });

  it("occurs in at least 25 variants", () => {
    expect(faults.length).toBeGreaterThanOrEqual(25);
    expect(new Set(faults.map(([fault]) => fault)).size).toBe(faults.length);
  });
});
