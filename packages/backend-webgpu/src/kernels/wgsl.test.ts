import {
  type Attributes,
  cast,
  constant,
  type DType,
  DTypeError,
  dtypes,
  type Epilogue,
  type Expr,
  type FusedOperation,
  index,
  input,
  layerNormBackwardOperation,
  layerNormOperation,
  logSoftmaxBackwardOperation,
  logSoftmaxOperation,
  op,
  type ReduceOp,
  random,
  type ScalarOp,
  scalar,
  scalarOperations,
  softmaxBackwardOperation,
  softmaxOperation,
} from "@lucid/backend";
import { NagaError, parseWgsl, validate } from "naga-wasm";
import { describe, expect, it } from "vitest";
import type { GpuTensorBuffer, GpuView } from "../buffer.js";
import { Failures } from "../failures.js";
import { createFused } from "../fused/index.js";
import { BINDINGS, type KernelQueue } from "../queue.js";
import { lines } from "../shader/operations.js";
import { shaderType, wordOf } from "../shader/types.js";
import { tuningFor } from "../tuning.js";
import { createMap } from "./map.js";
import { createMatmul } from "./matmul.js";
import { createPick } from "./pick.js";
import { createReduce } from "./reduce.js";
import { createScan } from "./scan.js";
import { createSort } from "./sort.js";
import { createSortedScatter } from "./sorted-scatter.js";

/** Validates with Naga, the compiler of Firefox. Dawn, the one of Chromium, compiles the kernels in the browser tests. */
function check(code: string): void {
  try {
    validate(parseWgsl(code));
  } catch (error) {
    throw error instanceof NagaError ? new Error(`${error.formatted}\n${code}`) : error;
  }
}

/** A queue that validates kernels and keeps what it is given. */
function checkingQueue(): KernelQueue & { readonly codes: string[]; readonly parameters: number[][] } {
  const codes: string[] = [];
  const parameters: number[][] = [];
  return {
    codes,
    parameters,
    pipeline(code) {
      check(BINDINGS + code);
      codes.push(code);
      return { label: "" };
    },
    dispatch: (_operation, _pipeline, words) => void parameters.push(Array.from(words)),
  };
}

const scratch = { take: () => ({ word: 64, slot: undefined }), give: () => {} };
const held: readonly DType[] = ["float32", "int32", "uint8", "bool"];
const stored: readonly DType[] = ["float16", "bfloat16"];
const names = Object.keys(scalarOperations) as ScalarOp[];

/** A view of a buffer of its own. */
function view(dtype: DType, shape: readonly number[], strides: readonly number[], offset = 0): GpuView {
  const buffer: GpuTensorBuffer = { dtype, length: 100, place: { word: 1000, slot: undefined } };
  return { buffer, dtype, shape, strides, offset };
}

/** The kernel for expressions over inputs of these types. */
function print(exprs: readonly Expr[], inputTypes: readonly DType[], scalars: readonly number[] = []): string {
  const queue = checkingQueue();
  createMap(queue)({
    exprs,
    inputs: inputTypes.map((dtype, i) => view(dtype, [4, 3], i === 0 ? [-3, 0] : [1, 4], 9)),
    scalars,
    outputs: exprs.map((expr) => view(expr.dtype, [4, 3], [3, 1])),
  });
  return queue.codes[0]!;
}

/** The expression that applies one operation to inputs. */
function apply(name: ScalarOp, dtype: DType): Expr {
  const x = input(0, dtype);
  const y = input(1, dtype);
  const { arity } = scalarOperations[name];
  return arity === 1 ? op(name, x) : arity === 2 ? op(name, x, y) : op(name, input(2, "bool"), x, y);
}

describe("map", () => {
  for (const dtype of held) {
    it(`prints every operation of ${dtype} as valid WGSL`, () => {
      for (const name of names) {
        const defined = scalarOperations[name][dtypes[dtype].kind] !== undefined;
        expect([name, shaderType(dtype) in lines[name]]).toEqual([name, defined]);
        if (defined) print([apply(name, dtype)], [dtype, dtype, "bool"]);
      }
    });
  }

  it("is checked by a validator that does refuse shaders", () => {
    const code = BINDINGS + print([op("exp", input(0, "float32"))], ["float32"]);
    expect(() => check(code.replace("exponential(v0)", "exponential(v9)"))).toThrow("v9");
    expect(() => check(code.replace("let v0: f32", "let v0: i32"))).toThrow();
    expect(() => check(code.replace("exponential(v0)", "(0f / 0f)"))).toThrow();
    expect(() => check(code.slice(0, -3))).toThrow();
  });

  it("casts every type into every other", () => {
    const all = [...held, ...stored];
    for (const from of all) for (const to of all) print([cast(input(0, from), to)], [from]);
  });

  it("writes literals that no constant expression makes infinite", () => {
    const values = [NaN, Infinity, -Infinity, -0, 0, 1, -1.5, 0.1, 1e-45, 3.4028234663852886e38, 1e21];
    for (const value of values) {
      const code = print([op("add", input(0, "float32"), constant(value, "float32"))], ["float32"]);
      expect(code).not.toMatch(/\bNaN|Infinity/);
    }
    for (const value of [0, -1, 7, -2147483648, 2147483647]) {
      print([op("and", input(0, "int32"), constant(value, "int32"))], ["int32"]);
    }
    print([op("xor", input(0, "bool"), constant(1, "bool"))], ["bool"]);
    print([op("max", input(0, "uint8"), constant(255, "uint8"))], ["uint8"]);
  });

  it("prints a composed expression with several outputs, scalars, positions and random bits", () => {
    const x = input(0, "float32");
    const kept = op("lt", cast(random(scalar(0, "int32"), scalar(1, "int32")), "float32"), scalar(2, "float32"));
    const dropped = op("where", kept, op("mul", x, scalar(3, "float32")), constant(0, "float32"));
    const place = op("add", op("mul", index(0), constant(3, "int32")), index(1));
    const code = print([dropped, kept, place], ["float32"], [7, 8, 0.5, 2]);
    // The shared comparison is computed once.
    expect(code.match(/philox\(v/g)).toHaveLength(1);
    // Only what is used is defined, and before its use.
    expect(code).not.toContain("fn errorFunction");
    expect(code.indexOf("fn multiplyHigh")).toBeLessThan(code.indexOf("fn philox"));
  });

  it("reads strides, offsets and numbers from parameters, so that one kernel serves many calls", () => {
    const queue = checkingQueue();
    const map = createMap(queue);
    const exprs = [op("mul", input(0, "float32"), scalar(0, "float32")), scalar(1, "int32")];
    const outputs = [view("float32", [4, 3], [3, 1], 2), view("int32", [4, 3], [1, 4])];
    map({ exprs, inputs: [view("float32", [4, 3], [-3, 1], 9)], scalars: [-0.5, 2.9], outputs });
    map({ exprs, inputs: [view("float32", [4, 3], [-9, 1], 50)], scalars: [3, 4], outputs });
    expect(queue.codes).toHaveLength(1);
    // 0, positions, sizes of the loops, start and strides of the input and of both outputs, the scalars as words.
    const words = [0, 12, 4, 3, 1009, -3, 1, 1002, 3, 1, 1000, 1, 4, 0xbf000000 | 0, 2];
    expect(queue.parameters[0]).toEqual(words);
  });

  it("prints rank 0 and maps without inputs", () => {
    const queue = checkingQueue();
    createMap(queue)({ exprs: [constant(2, "float32")], inputs: [], scalars: [], outputs: [view("float32", [], [])] });
    expect(queue.parameters).toEqual([[0, 1, 1000]]);
  });

  it("writes whole words where elements that share words have no gaps", () => {
    const queue = checkingQueue();
    const map = createMap(queue);
    const exprs = [
      cast(input(0, "float32"), "bool"),
      cast(input(0, "float32"), "bfloat16"),
      op("neg", input(0, "float32")),
    ];
    const x = view("float32", [3, 7], [7, 1]);
    // The first bool is the second element of its word, and so is the first bfloat16.
    const outputs = [
      view("bool", [3, 7], [7, 1], 1),
      view("bfloat16", [3, 7], [7, 1], 3),
      view("float32", [3, 7], [1, 3]),
    ];
    map({ exprs, inputs: [x], scalars: [], outputs });
    expect(queue.codes[0]).not.toContain("atomic<u32>>;\nfn load");
    // 0, 6 invocations of 4 positions, 21 positions of which 1 before the first, the sizes, then the four operands.
    expect(queue.parameters[0]).toEqual([0, 6, 21, 1, 3, 7, 1000, 7, 1, 4001, 7, 1, 2003, 7, 1, 1000, 1, 3]);
  });

  it("writes elements that share words one by one where they have gaps or other operands lie in their words", () => {
    const copy = [input(0, "uint8")];
    const target = view("uint8", [6], [1], 2);
    const dense = view("uint8", [6], [1]);
    const halves = [cast(input(0, "uint8"), "bool"), cast(input(0, "uint8"), "float16")];
    const calls = [
      { exprs: copy, inputs: [dense], outputs: [view("uint8", [6], [2])] },
      { exprs: copy, inputs: [{ ...target, offset: 9 }], outputs: [target] },
      { exprs: halves, inputs: [dense], outputs: [view("bool", [6], [1], 1), view("float16", [6], [1])] },
      { exprs: [copy[0]!, copy[0]!], inputs: [dense], outputs: [target, { ...target, offset: 9 }] },
    ];
    for (const call of calls) {
      const queue = checkingQueue();
      createMap(queue)({ ...call, scalars: [] });
      expect(queue.codes[0]).toContain("atomicOr(&arena");
      expect(queue.parameters[0]!.slice(0, 2)).toEqual([0, 6]);
    }
    const queue = checkingQueue();
    createMap(queue)({ exprs: copy, inputs: [target], scalars: [], outputs: [target] });
    expect(queue.codes[0]).not.toContain("atomicOr(&arena");
  });

  it("refuses float64", () => {
    expect(() => print([op("exp", input(0, "float64"))], ["float64"])).toThrow(DTypeError);
  });
});

describe("other kernels are valid WGSL", () => {
  const reductions: Readonly<Record<ReduceOp, readonly DType[]>> = {
    sum: ["float32", "int32"],
    prod: ["float32", "int32"],
    max: held,
    min: held,
    any: ["bool"],
    all: ["bool"],
    argmax: held,
    argmin: held,
  };
  for (const [name, types] of Object.entries(reductions) as [ReduceOp, readonly DType[]][]) {
    it(`reduce ${name}, by invocations, by workgroups and in chunks`, () => {
      for (const dtype of types) {
        for (const length of [20, 1000, 100_000]) {
          const queue = checkingQueue();
          const type = name.startsWith("arg") ? "int32" : dtype;
          const finish = type === "bool" ? undefined : op("add", input(0, type), scalar(0, type));
          createReduce(
            queue,
            scratch,
          )({
            op: name,
            value: input(0, dtype),
            finish,
            shape: [3, length],
            inputs: [view(dtype, [3, length], [length, 1])],
            scalars: [1],
            axes: [1],
            output: view(type, [3, 1], [1, 1]),
          });
          expect(queue.codes).toHaveLength(length === 100_000 ? 2 : 1);
        }
      }
    });
  }

  for (const isSoftware of [false, true]) {
    for (const subgroupSize of [undefined, 4]) {
      const device = `${isSoftware ? "the processor" : "a graphics card"}, subgroups of ${subgroupSize ?? "any size"}`;
      it(`matmul on ${device}: small, large and deep, batches, and epilogues`, () => {
        const tuning = tuningFor(isSoftware, subgroupSize);
        for (const [m, n, k] of [
          [4, 4, 4],
          [4, 5, 2000],
          [200, 200, 200],
          [1024, 1024, 1024],
          [10, 784, 32],
        ] as const) {
          const queue = checkingQueue();
          const matrix = (rows: number, columns: number): GpuView =>
            view("float32", [2, rows, columns], [rows * columns, columns, 1]);
          const product = (epilogue?: Epilogue<GpuTensorBuffer>): void =>
            createMatmul(queue, scratch, tuning)(matrix(m, k), matrix(k, n), matrix(m, n), epilogue);
          const x = input(0, "float32");
          const short = op("max", op("add", x, input(1, "float32")), scalar(0, "float32"));
          const long = op("mul", short, op("add", op("erf", short), op("exp", op("tanh", op("sin", x)))));
          product();
          for (const expr of [short, long]) product({ expr, inputs: [matrix(m, n)], scalars: [0] });
          expect(queue.codes.length).toBeGreaterThanOrEqual(3);
        }
      });
    }
  }

  it("gather, scatter, scan and sort", () => {
    const queue = checkingQueue();
    const sort = createSort(queue, scratch);
    const sorted = createSortedScatter(queue, scratch, sort);
    const { gather, scatter } = createPick(queue, new Failures(), tuningFor(true, undefined), sorted);
    const index = view("int32", [3, 5], [5, 1]);
    for (const dtype of stored) {
      const x = view(dtype, [3, 5], [5, 1]);
      gather(x, index, 1, view(dtype, [3, 5], [5, 1]));
      scatter("set", x, index, 1, view(dtype, [3, 5], [5, 1]));
    }
    for (const dtype of held) {
      const x = view(dtype, [3, 5], [5, 1]);
      gather(x, index, 1, view(dtype, [3, 5], [5, 1]));
      const modes = ["set", "max", "min", ...(dtype === "bool" ? [] : (["add", "prod"] as const))] as const;
      for (const mode of modes) scatter(mode, x, index, 1, view(dtype, [3, 5], [5, 1]));
      const long = view(dtype, [3, 5000], [5000, 1]);
      for (const mode of modes) scatter(mode, long, view("int32", [3, 5000], [5000, 1]), 1, long);
      createSort(queue, scratch)(long, 1, view(dtype, [3, 5000], [5000, 1]), view("int32", [3, 5000], [5000, 1]));
      const scan = createScan(queue, scratch);
      for (const name of ["max", "min"] as const) scan(name, long, 1, long);
      if (dtype === "float32" || dtype === "int32")
        for (const name of ["sum", "prod"] as const) scan(name, long, 1, long);
    }
    expect(queue.codes.length).toBeGreaterThan(50);
  });
});

describe("fused kernels are valid WGSL", () => {
  for (const length of [7, 100]) {
    it(`with rows of ${length} elements`, () => {
      const queue = checkingQueue();
      const table = createFused(queue, createReduce(queue, scratch));
      const x = view("float32", [3, length], [length, 1]);
      const [row, kept] = [view("float32", [length], [1]), view("float32", [3, 1], [1, 1])];
      const run = <A extends Attributes>(
        operation: FusedOperation<A>,
        inputs: readonly GpuView[],
        attributes: A,
      ): void => {
        const outputs = operation
          .infer(inputs, attributes)
          .map((type) => (type.shape.length === 1 ? row : type.shape[1] === 1 ? kept : x));
        table.find(operation, inputs, attributes)!.run({ inputs, scalars: [], attributes, outputs, scratch: [] });
      };
      run(softmaxOperation, [x], { axis: 1 });
      run(logSoftmaxOperation, [x], { axis: 1 });
      run(softmaxBackwardOperation, [x, x], { axis: 1 });
      run(logSoftmaxBackwardOperation, [x, x], { axis: 1 });
      expect(queue.codes).toHaveLength(4);
      for (const affine of [[], [row], [row, row]]) run(layerNormOperation, [x, ...affine], { axes: 1, eps: 1e-5 });
      expect(queue.codes).toHaveLength(7);
      run(layerNormBackwardOperation, [x, x, kept, kept], { axes: 1, affine: false });
      run(layerNormBackwardOperation, [x, x, kept, kept, row], { axes: 1, affine: true });
      expect(queue.codes).toHaveLength(11);
    });
  }

  it("there are none for other types than float32", () => {
    const queue = checkingQueue();
    const table = createFused(queue, createReduce(queue, scratch));
    expect(table.find(softmaxOperation, [{ shape: [3], dtype: "float16" }], { axis: 0 })).toBeUndefined();
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
