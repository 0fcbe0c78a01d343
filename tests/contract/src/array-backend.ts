/**
 * A backend whose buffers are plain JavaScript arrays of numbers, written from docs/write-a-backend.md alone, by someone
 * who had seen nothing else of the framework. It stands for the backends whose memory does not round by itself: an array
 * of numbers keeps whatever is stored, so every value has to be brought into its element type before.
 *
 * Expressions are compiled to closures, once each; one odometer, `walk`, moves through all views of a call at the same
 * time. Nothing is precomputed per element.
 */
import type {
  Backend,
  DeviceBuffer,
  DType,
  Evaluation,
  Expr,
  MapCall,
  ScalarOp,
  TypedArray,
  View,
} from "@lucid/backend";
import {
  contiguousStrides,
  convertValue,
  dtypes,
  IndexOutOfRangeError,
  inOrder,
  input,
  OutOfMemoryError,
  philox,
  scalarOperations,
  sizeOf,
} from "@lucid/backend";

/** A buffer. Its numbers are always values of its element type. */
export interface ArrayBackendBuffer extends DeviceBuffer {
  readonly numbers: number[];
}
type ArrayView = View<ArrayBackendBuffer>;
type Layout = Pick<ArrayView, "strides" | "offset">;

/** More elements than this are refused: V8 would turn longer arrays into hash tables. */
const largestLength = 2 ** 25;

/** The position of a walk: in each layout, along each axis, and in row-major order. */
interface Cursor {
  readonly at: number[];
  readonly index: number[];
  count: number;
}

/** Visits all positions of `shape` in row-major order. The cursor is one object, changed from visit to visit. */
function walk(shape: readonly number[], layouts: readonly Layout[], visit: (cursor: Cursor) => void): void {
  if (shape.includes(0)) return;
  const at = layouts.map(({ offset }) => offset);
  const index = shape.map(() => 0);
  const move = (axis: number, steps: number): void => {
    for (let k = 0; k < at.length; k++) at[k]! += steps * layouts[k]!.strides[axis]!;
    index[axis]! += steps;
  };
  const cursor: Cursor = { at, index, count: 0 };
  for (let axis = 0; axis >= 0; cursor.count++) {
    visit(cursor);
    for (axis = shape.length - 1; axis >= 0 && index[axis] === shape[axis]! - 1; axis--) move(axis, -index[axis]!);
    if (axis >= 0) move(axis, 1);
  }
}

/** One line of a view. */
const lineOf = (numbers: number[], start: number, step: number) => ({
  get: (i: number): number => numbers[start + i * step]!,
  set: (i: number, value: number): void => void (numbers[start + i * step] = value),
});
type Line = ReturnType<typeof lineOf>;

/** Visits the lines along `axis` of several views of one shape. */
function walkLines(axis: number, views: readonly ArrayView[], visit: (...lines: Line[]) => void): void {
  const without = (list: readonly number[]): number[] => list.filter((_, other) => other !== axis);
  const layouts = views.map(({ strides, offset }) => ({ strides: without(strides), offset }));
  walk(without(views[0]!.shape), layouts, ({ at }) =>
    visit(...views.map(({ buffer, strides }, k) => lineOf(buffer.numbers, at[k]!, strides[axis]!))),
  );
}

/** The layout with stride 0 along some axes. */
const standing = ({ strides, offset }: Layout, axes: readonly number[]): Layout => ({
  strides: strides.map((stride, axis) => (axes.includes(axis) ? 0 : stride)),
  offset,
});

/** A contiguous view of new numbers. */
function viewOf(dtype: DType, shape: readonly number[], numbers: number[]): ArrayView {
  const buffer = { dtype, length: numbers.length, numbers };
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

/** The values that an expression reads, besides positions. The positions in the inputs come first in `cursor.at`. */
type Operands = Pick<MapCall<ArrayBackendBuffer>, "inputs" | "scalars">;
type Compiled<T> = (cursor: Cursor, operands: Operands) => T;

/** The function that applies a scalar operation to operands of `dtype`. Its result is not wrapped yet. */
const evaluationOf = (op: ScalarOp, dtype: DType): Evaluation => scalarOperations[op][dtypes[dtype].kind]!;

/** Compiles one node to a closure. `values` holds the values of its operands; `slotOf` gives their places. */
function stepOf(node: Expr, values: readonly number[], slotOf: (operand: Expr) => number): Compiled<number> {
  switch (node.kind) {
    case "input":
      return ({ at }, { inputs }) => inputs[node.index]!.buffer.numbers[at[node.index]!]!;
    case "constant":
      return () => node.value;
    case "scalar":
      return (_, { scalars }) => dtypes[node.dtype].convert(scalars[node.index]!);
    case "index":
      return ({ index }) => index[node.axis]!;
    case "random": {
      const [key0, key1, counter] = [node.key0, node.key1, node.counter].map((part) => part && slotOf(part));
      return ({ count }) => philox(values[key0!]!, values[key1!]!, counter === undefined ? count : values[counter]!);
    }
    case "cast": {
      const slot = slotOf(node.operand);
      return () => convertValue(values[slot]!, node.operand.dtype, node.dtype);
    }
    case "operation": {
      const { wrap } = dtypes[node.dtype];
      const evaluate = evaluationOf(node.op, node.args[node.args.length - 1]!.dtype);
      const [a = 0, b = 0, c = 0] = node.args.map(slotOf); // Operations ignore arguments that they do not have.
      return () => wrap(evaluate(values[a]!, values[b]!, values[c]!));
    }
  }
}

/** Compiles expressions to a function that computes all their values at a position. */
function programOf(exprs: readonly Expr[]): Compiled<readonly number[]> {
  const nodes = inOrder(exprs);
  const slots = new Map(nodes.map((node, slot) => [node, slot]));
  const slotOf = (expr: Expr): number => slots.get(expr)!;
  const values = nodes.map(() => 0);
  const steps = nodes.map((node) => stepOf(node, values, slotOf));
  const roots = exprs.map(slotOf);
  return (cursor, operands) => {
    for (let slot = 0; slot < steps.length; slot++) values[slot] = steps[slot]!(cursor, operands);
    return roots.map((slot) => values[slot]!);
  };
}

/** Makes a `programOf` that compiles equal expressions only once, even if they come in another array. */
function createCompiler(): typeof programOf {
  const programs = new Map<string, Compiled<readonly number[]>>();
  return (exprs) => {
    const key = exprs.map(({ id }) => id).join();
    const known = programs.get(key);
    if (known !== undefined) return known;
    const program = programOf(exprs);
    if (programs.size >= 4096) programs.clear();
    programs.set(key, program);
    return program;
  };
}

/** The scalar operations that reductions, scans and scatters repeat. */
const repeated = { sum: "add", add: "add", prod: "mul", max: "max", min: "min", any: "or", all: "and" } as const;
type Repeated = keyof typeof repeated;

/** The result of combining no values. */
function identityOf(op: Repeated, dtype: DType): number {
  const [lowest, highest] = dtype === "bool" ? [0, 1] : [-Infinity, Infinity].map(dtypes[dtype].convert);
  return { sum: 0, add: 0, prod: 1, max: lowest!, min: highest!, any: 0, all: 1 }[op];
}

/**
 * Visits each element of `index` with the position that it names in `indexed` and its position in `other`. All indices
 * are checked first.
 */
function walkIndexed(
  operation: string,
  indexed: ArrayView,
  index: ArrayView,
  axis: number,
  other: ArrayView,
  visit: (named: number, position: number) => void,
): void {
  const [size, stride, named] = [indexed.shape[axis]!, indexed.strides[axis]!, index.buffer.numbers];
  walk(index.shape, [index], ({ at: [i] }) => {
    if (named[i!]! < 0 || named[i!]! >= size) throw new IndexOutOfRangeError(operation, named[i!]!, size);
  });
  walk(index.shape, [index, standing(indexed, [axis]), other], ({ at: [i, base, at] }) =>
    visit(base! + named[i!]! * stride, at!),
  );
}

/** Compares for ascending order with NaN last. Returns 0 if neither value comes first. */
const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : Number(a !== a) - Number(b !== b));

/** Makes a backend of plain arrays. */
export function createArrayBackend(): Backend<ArrayBackendBuffer> {
  const compile = createCompiler();

  /** Computes the values of `map`, and the last step of `reduce` and `matmul`. */
  const fill = (exprs: readonly Expr[], operands: Operands, outputs: readonly ArrayView[]): void => {
    const [program, first] = [compile(exprs), operands.inputs.length];
    walk(outputs[0]!.shape, [...operands.inputs, ...outputs], (cursor) => {
      const results = program(cursor, operands); // All values are computed before any is stored.
      for (let k = 0; k < outputs.length; k++) outputs[k]!.buffer.numbers[cursor.at[first + k]!] = results[k]!;
    });
  };

  const readNow = ({ dtype, numbers }: ArrayBackendBuffer, start: number, length: number): TypedArray => {
    const values = dtypes[dtype].array(length);
    for (let i = 0; i < length; i++) values[i] = numbers[start + i]!;
    return values;
  };

  return {
    name: "array",
    capabilities: {},
    allocate(dtype, length) {
      if (length > largestLength) throw new OutOfMemoryError("allocate", length * 8, 0, largestLength * 8);
      return { dtype, length, numbers: new Array<number>(length).fill(0) };
    },
    free() {}, // The garbage collector frees buffers.
    write({ numbers }, start, values) {
      for (let i = 0; i < values.length; i++) numbers[start + i] = values[i]!;
    },
    read: async (buffer, start, length) => readNow(buffer, start, length),
    readSync: readNow,
    map: ({ exprs, inputs, scalars, outputs }) => fill(exprs, { inputs, scalars }, outputs),
    reduce({ op, value, finish, shape, inputs, scalars, axes, output }) {
      const arg = op === "argmax" || op === "argmin";
      const extremeOrOp: Repeated = op === "argmax" ? "max" : op === "argmin" ? "min" : op;
      const { kind, wrap } = dtypes[value.dtype];
      const combine = evaluationOf(repeated[extremeOrOp], value.dtype);
      const totals = new Array<number>(sizeOf(output.shape)).fill(identityOf(extremeOrOp, value.dtype));
      const places = totals.map(() => 0);
      // Two further layouts give the total that a position belongs to, and its position among the reduced axes.
      const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const among = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      const group = standing({ strides: contiguousStrides(output.shape), offset: 0 }, axes);
      const place = standing({ strides: contiguousStrides(among), offset: 0 }, kept);
      const [program, operands, first] = [compile([value]), { inputs, scalars }, inputs.length];
      walk(shape, [...inputs, group, place], (cursor) => {
        const g = cursor.at[first]!;
        const total = totals[g]!;
        const next = combine(total, program(cursor, operands)[0]!, 0);
        if (next !== total && total === total) places[g] = cursor.at[first + 1]!; // The first NaN stays.
        totals[g] = kind === "float" ? next : wrap(next); // Floats keep double precision until the end.
      });
      const result = arg ? viewOf("int32", output.shape, places) : viewOf(value.dtype, output.shape, totals.map(wrap));
      fill([finish ?? input(0, result.dtype)], { inputs: [result], scalars }, [output]);
    },
    matmul(a, b, output, epilogue) {
      const product = viewOf(a.dtype, output.shape, new Array<number>(sizeOf(output.shape)).fill(0));
      const [x, y, z] = [a.buffer.numbers, b.buffer.numbers, product.buffer.numbers];
      const [xRow = 0, xColumn = 0] = a.strides.slice(-2);
      const [yRow = 0, yColumn = 0] = b.strides.slice(-2);
      const [m = 0, n = 0] = output.shape.slice(-2);
      const k = a.shape[a.shape.length - 1]!;
      const { wrap } = dtypes[a.dtype];
      walk(output.shape.slice(0, -2), [a, b, product], ({ at: [xStart, yStart, zStart] }) => {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let p = 0; p < k; p++) {
              sum += x[xStart! + i * xRow + p * xColumn]! * y[yStart! + p * yRow + j * yColumn]!;
            }
            z[zStart! + i * n + j] = wrap(sum);
          }
        }
      });
      const { expr = input(0, a.dtype), inputs = [], scalars = [] } = epilogue ?? {};
      fill([expr], { inputs: [product, ...inputs], scalars }, [output]);
    },
    gather(source, index, axis, output) {
      const [from, to] = [source.buffer.numbers, output.buffer.numbers];
      walkIndexed("gather", source, index, axis, output, (named, at) => void (to[at] = from[named]!));
    },
    scatter(mode, source, index, axis, output) {
      const [from, to] = [source.buffer.numbers, output.buffer.numbers];
      const { wrap } = dtypes[output.dtype];
      const combine: Evaluation = mode === "set" ? (_, b) => b : evaluationOf(repeated[mode], output.dtype);
      walkIndexed("scatter", output, index, axis, source, (named, at) => {
        to[named] = wrap(combine(to[named]!, from[at]!, 0));
      });
    },
    scan(op, x, axis, output) {
      const { wrap } = dtypes[x.dtype];
      const combine = evaluationOf(repeated[op], x.dtype);
      walkLines(axis, [x, output], (from, to) => {
        for (let i = 0, result = from!.get(0); i < x.shape[axis]!; i++) {
          if (i > 0) result = wrap(combine(result, from!.get(i), 0));
          to!.set(i, result);
        }
      });
    },
    sort(x, axis, values, indices) {
      walkLines(axis, [x, values, indices], (from, to, stood) => {
        const line = Array.from({ length: x.shape[axis]! }, (_, i) => from!.get(i));
        const places = [...line.keys()].sort((p, q) => order(line[p]!, line[q]!)); // `sort` is stable.
        places.forEach((place, i) => {
          to!.set(i, line[place]!);
          stood!.set(i, place);
        });
      });
    },
  };
}
