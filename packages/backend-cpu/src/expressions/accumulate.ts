/**
 * Accumulation for reductions, as source text and as functions. float32 is accumulated in float64. float64 sums are compensated: the
 * rounding error of every addition is summed too (Knuth's TwoSum), and results are accurate to about one ulp.
 *
 * @module
 */
import { type DType, type DTypeKind, dtypes, type ReduceOp } from "@lucid/backend";

/** An accumulation as source text. State variables are names or array elements, and `v` is the name of the value. */
export interface Accumulation {
  /** The initial values of the state variables. */
  readonly initial: readonly number[];
  /** Adds the value `v`. Its position among the reduced elements is `at`. */
  readonly add: (state: readonly string[], v: string, at: string) => string;
  /** Adds a second state. It is missing if order matters, and one state must then accumulate all values. */
  readonly merge?: (state: readonly string[], other: readonly string[]) => string;
  readonly result: (state: readonly string[]) => string;
}

const first = ([a]: readonly string[]): string => a!;
const simple = (initial: number, add: (a: string, v: string) => string): Accumulation => ({
  initial: [initial],
  add: ([a], v) => add(a!, v),
  merge: ([a], [b]) => add(a!, b!),
  result: first,
});

const addExactly = (sum: string, error: string, v: string): string =>
  `{ const next = ${sum} + ${v}, back = next - ${sum}; ` +
  `${error} += (${sum} - (next - back)) + (${v} - back); ${sum} = next; }`;

/** If the sum is infinite or NaN, its error is NaN, and the sum alone is the result. */
const compensatedSum: Accumulation = {
  initial: [0, 0],
  add: ([sum, error], v) => addExactly(sum!, error!, v),
  merge: ([sum, error], [otherSum, otherError]) => `${addExactly(sum!, error!, otherSum!)} ${error} += ${otherError};`,
  result: ([sum, error]) => `(${error} === ${error} ? ${sum} + ${error} : ${sum})`,
};

const extremePosition = (initial: number, symbol: string): Accumulation => ({
  initial: [initial, 0],
  add: ([best, place], v, at) =>
    `if (${v} ${symbol} ${best} || (${v} !== ${v} && ${best} === ${best})) { ${best} = ${v}; ${place} = ${at}; }`,
  result: ([, place]) => place!,
});

const byKind = (kind: DTypeKind, float: Accumulation, int: Accumulation): Accumulation =>
  kind === "float" ? float : int;

const accumulations = {
  sum: (dtype) =>
    dtype === "float64"
      ? compensatedSum
      : byKind(
          dtypes[dtype].kind,
          simple(0, (a, v) => `${a} += ${v};`),
          simple(0, (a, v) => `${a} = (${a} + ${v}) | 0;`),
        ),
  prod: (dtype) =>
    byKind(
      dtypes[dtype].kind,
      simple(1, (a, v) => `${a} *= ${v};`),
      simple(1, (a, v) => `${a} = Math.imul(${a}, ${v});`),
    ),
  max: (dtype) => simple(dtypes[dtype].lowest, (a, v) => `${a} = Math.max(${a}, ${v});`),
  min: (dtype) => simple(dtypes[dtype].highest, (a, v) => `${a} = Math.min(${a}, ${v});`),
  any: () => simple(0, (a, v) => `${a} |= ${v};`),
  all: () => simple(1, (a, v) => `${a} &= ${v};`),
  argmax: (dtype) => extremePosition(dtypes[dtype].lowest, ">"),
  argmin: (dtype) => extremePosition(dtypes[dtype].highest, "<"),
} satisfies Record<ReduceOp, (dtype: DType) => Accumulation>;

/** The accumulation of `op` for values of a type, as source text. */
export function accumulationOf(op: ReduceOp, dtype: DType): Accumulation {
  return accumulations[op](dtype);
}

/** An accumulation with its state, for the interpreter. */
export interface Accumulator {
  reset(): void;
  add(value: number, at: number): void;
  result(): number;
}

function folding(initial: number, combine: (a: number, v: number) => number): Accumulator {
  let state = initial;
  return {
    reset: () => {
      state = initial;
    },
    add: (value) => {
      state = combine(state, value);
    },
    result: () => state,
  };
}

function summing(): Accumulator {
  let sum = 0;
  let error = 0;
  return {
    reset: () => {
      sum = error = 0;
    },
    add: (value) => {
      const next = sum + value;
      const back = next - sum;
      error += sum - (next - back) + (value - back);
      sum = next;
    },
    result: () => (error === error ? sum + error : sum),
  };
}

function placing(initial: number, beats: (value: number, best: number) => boolean): Accumulator {
  let best = initial;
  let place = 0;
  return {
    reset: () => {
      best = initial;
      place = 0;
    },
    add: (value, at) => {
      if (beats(value, best) || (value !== value && best === best)) {
        best = value;
        place = at;
      }
    },
    result: () => place,
  };
}

const accumulators = {
  sum: (dtype) =>
    dtype === "float64"
      ? summing()
      : folding(0, dtypes[dtype].kind === "float" ? (a, v) => a + v : (a, v) => (a + v) | 0),
  prod: (dtype) => folding(1, dtypes[dtype].kind === "float" ? (a, v) => a * v : Math.imul),
  max: (dtype) => folding(dtypes[dtype].lowest, Math.max),
  min: (dtype) => folding(dtypes[dtype].highest, Math.min),
  any: () => folding(0, (a, v) => a | v),
  all: () => folding(1, (a, v) => a & v),
  argmax: (dtype) => placing(dtypes[dtype].lowest, (value, best) => value > best),
  argmin: (dtype) => placing(dtypes[dtype].highest, (value, best) => value < best),
} satisfies Record<ReduceOp, (dtype: DType) => Accumulator>;

/** The accumulation of `op` for values of a type, as functions. */
export function accumulatorOf(op: ReduceOp, dtype: DType): Accumulator {
  return accumulators[op](dtype);
}
