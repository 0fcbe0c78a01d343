/**
 * Sessions, with which cases put operands onto the backend and read results back. Whole buffers are compared, so that a
 * write outside a view is found.
 *
 * @module
 */
import { type Backend, type DType, dtypes, positionsOf, type TypedArray, type View } from "@lucid/backend";
import { type Agreement, exactly, rounded, show } from "./compare.js";
import { CaseError, exceptionText } from "./exception.js";
import { type Layout, type Placement, placement } from "./layouts.js";

/** A view on the backend, with the expected contents of its buffer. */
export interface Operand {
  readonly view: View;
  readonly dtype: DType;
  /** The expected elements of the whole buffer, as host arrays hold them. Those in the view of an output do not count. */
  readonly host: TypedArray;
  /** The buffer position of every element of the view, in row-major order. */
  readonly positions: Int32Array;
  /** The values of the view's elements, in row-major order. */
  readonly values: readonly number[];
}

/** The expected elements of an output. */
export interface Expectation {
  /** The expected elements, in row-major order; float32 elements are rounded from these. */
  readonly expected: ArrayLike<number>;
  /** How elements are compared; by default they must be equal. */
  readonly agreement?: Agreement;
  /** The operands of element `i`, for the report. */
  readonly context?: (i: number) => string;
  /** The name of the output, if there are several. */
  readonly name?: string;
}

/** The operands of one case on a backend. */
export interface Session {
  readonly backend: Backend;
  /**
   * Makes a view with these elements in row-major order; an element that a stride of 0 repeats counts once. If the view
   * has more elements, they are some of the same values in mixed order, and so is the rest of the buffer.
   */
  input(dtype: DType, shape: readonly number[], values: ArrayLike<number>, layout?: Layout): Operand;
  /** Makes a view whose buffer is filled with a number that no case expects. */
  output(dtype: DType, shape: readonly number[], layout?: Layout): Operand;
  /**
   * Reads an output's buffer. Throws unless the view's elements agree with the expected ones and all others are
   * unchanged.
   */
  check(output: Operand, expectation: Expectation): Promise<void>;
  /** Allows an operand to change. This is for outputs whose values another case checks. */
  disregard(output: Operand): void;
  /** Throws if a buffer has changed that was not checked as an output. */
  checkInputs(): Promise<void>;
  /** Frees every operand's buffer. */
  close(): void;
}

/**
 * The number that output buffers are filled with. No case expects it, and it is neither 0 nor 1 unless the type has no
 * other value.
 */
const untouched: Readonly<Record<DType, number>> = {
  float32: -7777.25,
  float64: -7777.25,
  float16: -7776,
  bfloat16: -7776,
  int32: -777777,
  uint8: 173,
  bool: 1,
};

/** Ends a case because the backend is wrong. */
export function fail(message: string): never {
  throw new CaseError(message);
}

/** An error class: what `instanceof` and the name of a second copy of the class are compared with. */
interface ErrorClass {
  new (...args: never[]): Error;
}

/** Whether an error is of a class. A class of a second copy of `@lucid/backend` is recognised by its name. */
export function isError(error: unknown, type: ErrorClass): boolean {
  return error instanceof type || (error instanceof Error && error.name === type.name);
}

/** Throws unless `call` throws an error of the class. */
export function expectError(call: () => unknown, type: ErrorClass, what: string): void {
  try {
    call();
  } catch (error) {
    if (isError(error, type)) return;
    fail(`${what} must throw ${type.name}, and threw ${exceptionText(error)}`);
  }
  fail(`${what} must throw ${type.name}, and threw nothing`);
}

/** The position of the `i`-th element as text: `[1, 2]`. */
export function positionText(i: number, shape: readonly number[]): string {
  const parts: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    parts.unshift(i % shape[axis]!);
    i = Math.floor(i / shape[axis]!);
  }
  return `[${parts.join(", ")}]`;
}

/**
 * The `i`-th value: first all values in order, then values in mixed order, so that no two rows or columns are equal.
 */
function pick(values: ArrayLike<number>, i: number): number {
  return values[i < values.length ? i : (Math.imul(i, 0x9e3779b1) >>> 8) % values.length]!;
}

/** Opens a session on a backend. */
export function openSession(backend: Backend): Session {
  const operands = new Set<Operand>();
  const inputs = new Set<Operand>();

  const put = (dtype: DType, host: TypedArray, place: Placement, positions: Int32Array): Operand => {
    const buffer = backend.allocate(dtype, place.length);
    const { shape, strides, offset } = place;
    let values: readonly number[] | undefined;
    const operand: Operand = {
      view: { buffer, dtype, shape, strides, offset },
      dtype,
      host,
      positions,
      get values() {
        if (values === undefined) {
          // A loop, because Array.from takes several times as long, and large operands are most of the suite's work.
          const { decode } = dtypes[dtype];
          const decoded = new Array<number>(positions.length);
          for (let i = 0; i < decoded.length; i++) decoded[i] = decode(host[positions[i]!]!);
          values = decoded;
        }
        return values;
      },
    };
    operands.add(operand);
    inputs.add(operand);
    if (place.length > 0) backend.write(buffer, 0, host);
    return operand;
  };

  return {
    backend,
    input(dtype, shape, values, layout) {
      const place = placement(shape, layout);
      const positions = positionsOf(place);
      const { array, encode } = dtypes[dtype];
      const host = array(place.length);
      if (values.length > 0) {
        const encoded = array(values.length);
        for (let i = 0; i < encoded.length; i++) encoded[i] = encode(values[i]!);
        const seen = new Uint8Array(host.length);
        let distinct = 0;
        for (let i = 0; i < positions.length; i++) {
          const position = positions[i]!;
          if (seen[position] === 1) continue;
          seen[position] = 1;
          host[position] = pick(encoded, distinct++);
        }
        for (let i = 0; i < host.length; i++) if (seen[i] === 0) host[i] = pick(encoded, i);
      }
      return put(dtype, host, place, positions);
    },
    output(dtype, shape, layout) {
      const place = placement(shape, layout);
      const { array, encode } = dtypes[dtype];
      const host = array(place.length).fill(encode(untouched[dtype]));
      return put(dtype, host, place, positionsOf(place));
    },
    async check(output, { expected, agreement = exactly(output.dtype), context, name }) {
      inputs.delete(output);
      const { view, dtype, host, positions } = output;
      const what = name === undefined ? "" : `${name}: `;
      const size = positions.length;
      if (expected.length !== size) throw new RangeError(`the case expects ${expected.length} of ${size} elements`);
      const got = await readAll(backend, output);
      const { decode } = dtypes[dtype];
      const left = new Uint8Array(host.length);
      let wrong = 0;
      let first = -1;
      for (let i = 0; i < size; i++) {
        left[positions[i]!] = 1;
        if (agreement.agrees(decode(got[positions[i]!]!), expected[i]!, i)) continue;
        if (wrong++ === 0) first = i;
      }
      if (wrong > 0) {
        const lines = [
          `${what}${wrong} of ${size} elements of ${dtype} are wrong; the first at ${positionText(first, view.shape)}`,
          `  expected ${show(rounded(expected[first]!, dtype))} ${agreement.text}, got ${show(decode(got[positions[first]!]!))}`,
        ];
        if (context !== undefined) lines.push(`  ${context(first)}`);
        lines.push(`  output shape [${view.shape}], strides [${view.strides}], offset ${view.offset}`);
        fail(lines.join("\n"));
      }
      for (let position = 0; position < host.length; position++) {
        if (left[position] === 1 || Object.is(got[position], host[position])) continue;
        fail(
          `${what}wrote outside its view: position ${position} of the output's buffer was ${show(host[position]!)} and is ` +
            `${show(got[position]!)}\n  output shape [${view.shape}], strides [${view.strides}], offset ${view.offset}`,
        );
      }
    },
    disregard(output) {
      inputs.delete(output);
    },
    async checkInputs() {
      await Promise.all(
        Array.from(inputs, async (operand) => {
          const got = await readAll(backend, operand);
          for (let position = 0; position < got.length; position++) {
            const was = operand.host[position]!;
            if (Object.is(got[position], was)) continue;
            fail(
              `changed a buffer that it must not write: position ${position} (${operand.dtype}) was ${show(was)} and is ` +
                show(got[position]!),
            );
          }
        }),
      );
    },
    close() {
      for (const { view } of operands) backend.free(view.buffer);
      operands.clear();
      inputs.clear();
    },
  };
}

/** The whole buffer of an operand, checked to be of the right array type and length. */
export async function readAll(backend: Backend, { view, host }: Operand): Promise<TypedArray> {
  if (host.length === 0) return host;
  const got = await backend.read(view.buffer, 0, host.length);
  if (Object.prototype.toString.call(got) !== Object.prototype.toString.call(host) || got.length !== host.length) {
    fail(`read gave ${describe(got)} for ${describe(host)} (${view.dtype})`);
  }
  return got;
}

function describe(array: TypedArray): string {
  return `a ${Object.prototype.toString.call(array).slice(8, -1)} of ${array.length} elements`;
}
