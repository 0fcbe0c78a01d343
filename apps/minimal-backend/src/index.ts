/**
 * A complete backend in plain loops, for reading and copying: each member does what its comment in `Backend` says, one
 * element at a time. The whole framework, training included, runs on it.
 */
import type { Backend, DeviceBuffer, DType, Evaluation, Expr, ScalarOp, TypedArray, View } from "@lucid/backend";
import {
  contiguousStrides,
  convertValue,
  dtypeNames,
  dtypes,
  IndexOutOfRangeError,
  inOrder,
  input,
  OutOfMemoryError,
  philox,
  positionsOf,
  scalarOperations,
} from "@lucid/backend";

/** The buffers of this backend: ordinary typed arrays. */
export type HostBuffer = DeviceBuffer & { readonly data: TypedArray };
type HostView = View<HostBuffer>;

/** Lets the elements of a view be read and written by their row-major index. */
function elementsOf(view: HostView) {
  const { data } = view.buffer;
  const { decode, encode } = dtypes[view.dtype];
  const positions = positionsOf(view);
  const get = (i: number): number => decode(data[positions[i]!]!);
  const set = (i: number, value: number): void => void (data[positions[i]!] = encode(value));
  return { size: positions.length, get, set };
}

/** The function that applies a scalar operation to operands of `dtype`. */
const evaluationOf = (op: ScalarOp, dtype: DType): Evaluation => scalarOperations[op][dtypes[dtype].kind]!;

/** The values that expressions are computed from: the inputs and scalars of the call, and the shape of the domain. */
interface Sources {
  readonly inputs: readonly { get(i: number): number }[];
  readonly scalars: readonly number[];
  readonly shape: readonly number[];
}

/** Makes a function that computes the values of `exprs` at the i-th position of the domain. */
function evaluator(exprs: readonly Expr[], { inputs, scalars, shape }: Sources) {
  const nodes = inOrder(exprs);
  const slots = new Map(nodes.map((node, slot) => [node, slot]));
  const values = new Float64Array(nodes.length);
  const strides = contiguousStrides(shape);
  const at = (expr: Expr | undefined): number => (expr === undefined ? 0 : values[slots.get(expr)!]!);
  const compute = (node: Expr, i: number): number => {
    switch (node.kind) {
      case "input":
        return inputs[node.index]!.get(i);
      case "constant":
        return node.value;
      case "scalar":
        return dtypes[node.dtype].convert(scalars[node.index]!);
      case "index":
        return Math.floor(i / strides[node.axis]!) % shape[node.axis]!;
      case "random":
        return philox(at(node.key0), at(node.key1), node.counter === undefined ? i : at(node.counter));
      case "cast":
        return convertValue(at(node.operand), node.operand.dtype, node.dtype);
      case "operation": {
        const [a, b, c] = node.args;
        const evaluate = evaluationOf(node.op, node.args[node.args.length - 1]!.dtype);
        return dtypes[node.dtype].wrap(evaluate(at(a), at(b), at(c)));
      }
    }
  };
  return (i: number): readonly number[] => {
    for (let slot = 0; slot < nodes.length; slot++) values[slot] = compute(nodes[slot]!, i);
    return exprs.map(at);
  };
}

/** Fills the outputs with the values of `exprs`. At each position, all values are computed before any is written. */
function fill(exprs: readonly Expr[], sources: Sources, outputs: readonly HostView[]): void {
  const evaluate = evaluator(exprs, sources);
  const targets = outputs.map(elementsOf);
  for (let i = 0; i < targets[0]!.size; i++) {
    for (const [k, value] of evaluate(i).entries()) targets[k]!.set(i, value);
  }
}

/** The scalar operations that reductions and scans repeat. */
const repeated = { sum: "add", prod: "mul", max: "max", min: "min", any: "or", all: "and" } as const;

/** The start value and the step of a reduction or scan. Floats are doubles until they are stored; integers wrap. */
function repeat(op: keyof typeof repeated, dtype: DType) {
  const { kind, wrap, convert } = dtypes[dtype];
  const evaluate = evaluationOf(repeated[op], dtype);
  const [lowest, highest] = kind === "bool" ? [0, 1] : [convert(-Infinity), convert(Infinity)];
  const identity = { sum: 0, prod: 1, max: lowest, min: highest, any: 0, all: 1 }[op];
  const combine = (a: number, b: number) => (kind === "float" ? evaluate(a, b, 0) : wrap(evaluate(a, b, 0)));
  return { identity, combine };
}

/** Returns, for each element of `index`, the position in the buffer of `view` that it names along `axis`. */
function positionsNamed(view: HostView, index: HostView, axis: number, operation: string): Int32Array {
  const strides = view.strides.map((stride, a) => (a === axis ? 0 : stride));
  const { get } = elementsOf(index);
  return positionsOf({ shape: index.shape, strides, offset: view.offset }).map((position, i) => {
    if (get(i) < 0 || get(i) >= view.shape[axis]!) throw new IndexOutOfRangeError(operation, get(i), view.shape[axis]!);
    return position + get(i) * view.strides[axis]!;
  });
}

/** Lets the elements of a view be read and written line by line, where a line runs along `axis`. */
function linesOf(view: HostView, axis: number) {
  const last = (list: readonly number[]) => [...list.filter((_, a) => a !== axis), list[axis]!];
  return elementsOf({ ...view, shape: last(view.shape), strides: last(view.strides) });
}

/** Compares numbers for an ascending order with NaN last. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : Number(a !== a) - Number(b !== b));

/** Makes a minimal backend. */
export function createMinimalBackend(): Backend<HostBuffer> {
  return {
    name: "minimal",
    capabilities: { dtypes: dtypeNames },
    allocate(dtype, length) {
      try {
        return { dtype, length, data: dtypes[dtype].array(length) };
      } catch {
        throw new OutOfMemoryError("allocate", length * dtypes[dtype].bytes, 0, 2 ** 32);
      }
    },
    free() {},
    write: ({ data }, start, values) => data.set(values, start),
    read: async ({ data }, start, length) => data.slice(start, start + length),
    readSync: ({ data }, start, length) => data.slice(start, start + length),
    map({ exprs, inputs, scalars, outputs }) {
      fill(exprs, { inputs: inputs.map(elementsOf), scalars, shape: outputs[0]!.shape }, outputs);
    },
    reduce({ op, value, finish, shape, inputs, scalars, axes, output }) {
      const evaluate = evaluator([value], { inputs: inputs.map(elementsOf), scalars, shape });
      const groups = Array.from({ length: elementsOf(output).size }, (): number[] => []);
      const strides = contiguousStrides(output.shape).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
      const groupOf = positionsOf({ shape, strides, offset: 0 });
      for (let i = 0; i < groupOf.length; i++) groups[groupOf[i]!]!.push(...evaluate(i));
      const arg = op === "argmax" || op === "argmin";
      const { identity, combine } = repeat(op === "argmax" ? "max" : op === "argmin" ? "min" : op, value.dtype);
      const get = (i: number): number => {
        const result = dtypes[value.dtype].wrap(groups[i]!.reduce((a, b) => combine(a, b), identity));
        return arg ? groups[i]!.findIndex((element) => Object.is(element + 0, result + 0)) : result; // + 0 makes −0 a 0.
      };
      const expr = finish ?? input(0, arg ? "int32" : value.dtype);
      fill([expr], { inputs: [{ get }], scalars, shape: output.shape }, [output]);
    },
    matmul(a, b, output, epilogue) {
      const [m, n] = output.shape.slice(-2) as [number, number];
      const k = a.shape[a.shape.length - 1]!;
      const [left, right] = [elementsOf(a), elementsOf(b)];
      const get = (i: number): number => {
        const row = Math.floor(i / n); // Rows are counted through all batches, as in the shape of `a`.
        const rightStart = Math.floor(row / m) * k * n + (i % n);
        let sum = 0;
        for (let j = 0; j < k; j++) sum += left.get(row * k + j) * right.get(rightStart + j * n);
        return dtypes[dtypes[a.dtype].compute].wrap(sum);
      };
      const { expr = input(0, dtypes[a.dtype].compute), inputs = [], scalars = [] } = epilogue ?? {};
      fill([expr], { inputs: [{ get }, ...inputs.map(elementsOf)], scalars, shape: output.shape }, [output]);
    },
    gather(source, index, axis, output) {
      const from = positionsNamed(source, index, axis, "gather");
      for (const [i, to] of positionsOf(output).entries()) output.buffer.data[to] = source.buffer.data[from[i]!]!;
    },
    scatter(mode, source, index, axis, output) {
      const { data } = output.buffer;
      const [{ get }, { encode, wrap }] = [elementsOf(source), dtypes[output.dtype]];
      const combine = mode === "set" ? undefined : evaluationOf(mode === "prod" ? "mul" : mode, output.dtype);
      for (const [i, position] of positionsNamed(output, index, axis, "scatter").entries()) {
        data[position] = encode(wrap(combine?.(data[position]!, get(i), 0) ?? get(i)));
      }
    },
    scan(op, x, axis, output) {
      const [from, to] = [linesOf(x, axis), linesOf(output, axis)];
      const { identity, combine } = repeat(op, x.dtype);
      for (let i = 0, result = identity; i < from.size; i++) {
        result = combine(i % x.shape[axis]! === 0 ? identity : result, from.get(i));
        to.set(i, dtypes[x.dtype].wrap(result));
      }
    },
    sort(x, axis, values, indices) {
      const [from, toValues, toIndices] = [linesOf(x, axis), linesOf(values, axis), linesOf(indices, axis)];
      const length = x.shape[axis]!;
      for (let start = 0; start < from.size; start += length) {
        const order = Array.from({ length }, (_, i) => i);
        order.sort((p, q) => ascending(from.get(start + p), from.get(start + q)));
        for (const [i, stood] of order.entries()) {
          toValues.set(start + i, from.get(start + stood));
          toIndices.set(start + i, stood);
        }
      }
    },
  };
}
