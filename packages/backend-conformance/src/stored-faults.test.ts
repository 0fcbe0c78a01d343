/**
 * Backends whose memory is wider than its element types (doubles for everything, as in an array of numbers), one member of
 * which stores results as they come out of the arithmetic. `read` repairs them all.
 */
import {
  type Backend,
  cast,
  type DType,
  dtypes,
  type Expr,
  extendBackend,
  op,
  positionsOf,
  scalarOperations,
  type TypedArray,
  type View,
} from "@lucid/backend";
import { createMinimalBackend, type HostBuffer } from "minimal-backend";
import { describe, expect, it } from "vitest";
import { conformanceCases, runConformance } from "./cases.js";

type Minimal = Backend<HostBuffer>;
type HostView = View<HostBuffer>;
const minimal: Minimal = createMinimalBackend();
const cases = conformanceCases();
const stored = cases.filter(({ name }) => name.includes("stored in its type") || name.includes("before it"));

/** The minimal backend over doubles. Its members round and wrap what they store. */
function wide(members: Partial<Minimal> = {}): Minimal {
  const readNow = ({ dtype, data }: HostBuffer, start: number, length: number): TypedArray => {
    const values = dtypes[dtype].array(length);
    values.set(data.subarray(start, start + length));
    return dtype === "bool" ? values.map((value) => (value === 0 ? 0 : 1)) : values;
  };
  const doubles: Partial<Minimal> = {
    allocate: (dtype, length) => ({ dtype, length, data: new Float64Array(length) }),
    read: async (buffer, start, length) => readNow(buffer, start, length),
    readSync: readNow,
  };
  return extendBackend(extendBackend(minimal, doubles), members);
}

/** A view whose elements are taken as they are, in the arithmetic of doubles. */
const bare = (view: HostView): HostView => ({ ...view, dtype: "float64" });

/** The expression without the last rounding or wrapping, where it is arithmetic. */
function unfinished(expr: Expr): Expr {
  if (expr.kind === "cast") return expr.operand;
  if (expr.kind !== "operation" || scalarOperations[expr.op].float === undefined || expr.dtype === "bool") return expr;
  return op(expr.op, ...expr.args.map((arg) => (arg.dtype === "bool" ? arg : cast(arg, "float64"))));
}

/** Adds to what a member has stored something that `read` takes away again. */
function soil(view: HostView): void {
  const dirt: Readonly<Record<DType, (value: number) => number>> = {
    float32: (value) => value * (1 + 2 ** -40),
    float64: (value) => value,
    float16: (value) => value,
    bfloat16: (value) => value,
    int32: (value) => value + 2 ** 32,
    uint8: (value) => value - 256,
    bool: (value) => -value, // All bits set, as comparisons of vectors leave it.
  };
  for (const at of positionsOf(view)) view.buffer.data[at] = dirt[view.dtype](view.buffer.data[at]!);
}

const faults: readonly (readonly [member: string, backend: () => Backend, caught: readonly string[]])[] = [
  [
    "map",
    () => wide({ map: (call) => minimal.map({ ...call, exprs: call.exprs.map(unfinished) }) }),
    [
      "map › add › uint8 › stored in its type",
      "map › add › int32 › stored in its type",
      "map › mul › int32 › stored in its type",
      "map › neg › uint8 › stored in its type",
      "map › abs › int32 › stored in its type",
      "map › add › float32 › stored in its type",
      "map › div › float32 › stored in its type",
      "map › sqrt › float32 › stored in its type",
      "map › exp › float32 › stored in its type",
      "map › pow › float32 › stored in its type",
      "map › atan2 › float32 › stored in its type",
      "map › cast › float64 to float32 › stored in its type",
      "map › cast › int32 to float32 › stored in its type",
      "map › cast › int32 to uint8 › stored in its type",
      "map › cast › float32 to int32 › stored in its type",
      "map › cast › float32 to bool › stored in its type",
      "map › cast › float64 to float32 to float64, stored in its type",
      "map › cast › int32 to uint8 to int32, stored in its type",
      "map › outputs › several types at once, stored in its type",
      "map › in place › int32, twice, stored in its type",
      "map › in place › uint8, twice, stored in its type",
      "map › in place › float32, twice, stored in its type",
      "gather-scatter › gather › indices from a sum that wraps, stored in its type",
      "gather-scatter › scatter add › indices from a sum that wraps, stored in its type",
    ],
  ],
  [
    "map, of truth values",
    () =>
      wide({
        map(call) {
          minimal.map(call);
          for (const output of call.outputs) if (output.dtype === "bool") soil(output);
        },
      }),
    [
      "map › eq › float32 › stored in its type",
      "map › lt › int32 › stored in its type",
      "map › le › uint8 › stored in its type",
      "map › not › bool › stored in its type",
      "map › where › bool › stored in its type",
      "map › constant › bool, stored in its type",
    ],
  ],
  [
    "map, of numbers that come with the call",
    () =>
      wide({
        map(call) {
          const [expr] = call.exprs;
          minimal.map(call);
          if (expr!.kind !== "scalar") return;
          for (const at of positionsOf(call.outputs[0]!)) call.outputs[0]!.buffer.data[at] = call.scalars[expr!.index]!;
        },
      }),
    [
      "map › scalar › converted into float32, stored in its type",
      "map › scalar › converted into int32, stored in its type",
      "map › scalar › converted into uint8, stored in its type",
      "map › scalar › converted into bool, stored in its type",
    ],
  ],
  [
    "map, of random words without a sign",
    () =>
      wide({
        map(call) {
          minimal.map(call);
          if (call.exprs[0]!.kind !== "random") return;
          const { buffer } = call.outputs[0]!;
          for (const at of positionsOf(call.outputs[0]!)) buffer.data[at]! >>>= 0;
        },
      }),
    ["random › default counter › stored in its type"],
  ],
  [
    "write, of bytes with a sign",
    () =>
      wide({
        write({ data, dtype }, start, values) {
          for (let i = 0; i < values.length; i++)
            data[start + i] = dtype === "uint8" ? (values[i]! << 24) >> 24 : values[i]!;
        },
      }),
    ["map › written values › uint8 › stored in its type", "sort › uint8 › stored in its type"],
  ],
  [
    "reduce",
    () =>
      wide({
        reduce(call) {
          if (call.op !== "sum" && call.op !== "prod") return minimal.reduce(call);
          minimal.reduce({ ...call, value: cast(call.value, "float64") });
        },
      }),
    [
      "reduce › sum › int32 › stored in its type",
      "reduce › prod › int32 › stored in its type",
      "reduce › sum › float32 › stored in its type",
      "reduce › prod › float32 › stored in its type",
      "reduce › expressions › finish of a sum that is rounded before it",
      "reduce › expressions › finish of a product that is rounded before it",
      "reduce › expressions › finish of a sum that wraps before it",
    ],
  ],
  [
    "finish of reduce",
    () => wide({ reduce: (call) => minimal.reduce({ ...call, finish: call.finish && unfinished(call.finish) }) }),
    ["reduce › expressions › results of finish, stored in its type"],
  ],
  [
    "reduce, of what it only looks up",
    () =>
      wide({
        reduce(call) {
          minimal.reduce(call);
          if (call.op !== "sum" && call.op !== "prod") soil(call.output);
        },
      }),
    ["max", "min", "argmax", "argmin"]
      .flatMap((name) => ["float32", "int32", "uint8", "bool"].map((dtype) => `reduce › ${name} › ${dtype}`))
      .concat("reduce › any › bool", "reduce › all › bool")
      .map((name) => `${name} › stored in its type`),
  ],
  [
    "matmul",
    () => wide({ matmul: (a, b, output, epilogue) => minimal.matmul(bare(a), bare(b), output, epilogue) }),
    [
      "matmul › accuracy › float32 › 9×300×10, stored in its type",
      "matmul › accuracy › float32 › 1×2000×3, stored in its type",
      "matmul › accuracy › float32 › 5×3×1, stored in its type",
      "matmul › epilogue › float32 › the product is rounded before it",
    ],
  ],
  [
    "epilogue of matmul",
    () =>
      wide({
        matmul: (a, b, output, epilogue) =>
          minimal.matmul(a, b, output, epilogue && { ...epilogue, expr: unfinished(epilogue.expr) }),
      }),
    ["float32", "float64"].flatMap((dtype) => [
      `matmul › epilogue › ${dtype} › output of float32, stored in its type`,
      `matmul › epilogue › ${dtype} › output of int32, stored in its type`,
      `matmul › epilogue › ${dtype} › output of uint8, stored in its type`,
    ]),
  ],
  [
    "epilogue of matmul, of truth values",
    () =>
      wide({
        matmul(a, b, output, epilogue) {
          minimal.matmul(a, b, output, epilogue);
          if (output.dtype === "bool") soil(output);
        },
      }),
    ["matmul › epilogue › float32 › output of bool, stored in its type"],
  ],
  [
    "gather",
    () =>
      wide({
        gather(source, index, axis, output) {
          minimal.gather(source, index, axis, output);
          soil(output);
        },
      }),
    ["float32", "int32", "uint8", "bool"].map((dtype) => `gather-scatter › gather › ${dtype} › stored in its type`),
  ],
  [
    "scatter",
    () => wide({ scatter: (mode, source, index, axis, to) => minimal.scatter(mode, source, index, axis, bare(to)) }),
    ["add", "prod"].flatMap((mode) =>
      ["float32", "int32", "uint8"].map((dtype) => `gather-scatter › scatter ${mode} › ${dtype} › stored in its type`),
    ),
  ],
  [
    "scatter, of what it only puts",
    () =>
      wide({
        scatter(mode, source, index, axis, output) {
          minimal.scatter(mode, source, index, axis, output);
          if (mode !== "add" && mode !== "prod") soil(output);
        },
      }),
    ["set", "max", "min"].flatMap((mode) =>
      ["float32", "int32", "uint8", "bool"].map(
        (dtype) => `gather-scatter › scatter ${mode} › ${dtype} › stored in its type`,
      ),
    ),
  ],
  [
    "scan",
    () => wide({ scan: (name, x, axis, output) => minimal.scan(name, bare(x), axis, output) }),
    ["sum", "prod"].flatMap((name) =>
      ["float32", "int32"].map((dtype) => `scan › ${name} › ${dtype} › stored in its type`),
    ),
  ],
  [
    "scan, of what it only looks up",
    () =>
      wide({
        scan(name, x, axis, output) {
          minimal.scan(name, x, axis, output);
          if (name === "max" || name === "min") soil(output);
        },
      }),
    ["max", "min"].flatMap((name) =>
      ["float32", "int32", "uint8", "bool"].map((dtype) => `scan › ${name} › ${dtype} › stored in its type`),
    ),
  ],
  [
    "sort, of values",
    () =>
      wide({
        sort(x, axis, values, indices) {
          minimal.sort(x, axis, values, indices);
          soil(values);
        },
      }),
    ["float32", "int32", "uint8", "bool"].map((dtype) => `sort › ${dtype} › stored in its type`),
  ],
  [
    "sort, of positions",
    () =>
      wide({
        sort(x, axis, values, indices) {
          minimal.sort(x, axis, values, indices);
          soil(indices);
        },
      }),
    ["float32", "int32", "uint8", "bool"].map((dtype) => `sort › ${dtype} › stored in its type`),
  ],
];

describe("a backend that stores all elements as doubles", () => {
  it("passes if it rounds and wraps", async () => {
    expect(stored.length).toBeGreaterThan(200);
    const report = await runConformance(wide(), { cases: stored });
    expect(report.problems).toEqual([]);
  });

  it.each(faults)("is caught if it does not round and wrap in %s", async (_, make, caught) => {
    const names = new Set(cases.map(({ name }) => name));
    expect(caught.filter((name) => !names.has(name))).toEqual([]);
    const report = await runConformance(make(), { cases: cases.filter(({ name }) => caught.includes(name)) });
    expect(report.failures.map(({ name }) => name).sort()).toEqual([...caught].sort());
    for (const { message } of report.failures) expect(message).not.toMatch(/is not a function|Cannot read/);
  });
});
