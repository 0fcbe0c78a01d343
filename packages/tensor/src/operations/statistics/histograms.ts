/**
 * Counting elements.
 *
 * @module
 */
import { ArgumentError, constant, dtypes, type OptionNames } from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned, ownedAsync } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import { callGenerate } from "../../primitives/map.js";
import { read, readSync } from "../../tensor/reading.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertReal, readArguments } from "../internal/arguments.js";
import { assertCount, assertFloating, assertRank, assertTensor } from "../internal/checks.js";
import { converted, expanded, reshaped, sliced } from "../internal/views.js";
import { amax, amin } from "../reduce/extremes.js";

/** Options of {@link histc}. */
export interface HistcOptions {
  /** The number of bins; default 100. */
  readonly bins?: number;
  /** The lower end of the first bin; default 0. */
  readonly min?: number;
  /** The upper end of the last bin; default 0. If both ends are equal, they are the extremes of the elements. */
  readonly max?: number;
}

const histcNames: OptionNames<HistcOptions> = { bins: true, min: true, max: true };

/** The bin of an element, or the number of bins if it lies in none. */
const binOf = /* @__PURE__ */ elementwise((x: Formula, low: Formula, high: Formula, bins: Formula) => {
  const isSingle = op("eq", low, high);
  const first = op("where", isSingle, op("sub", low, 1), low);
  const last = op("where", isSingle, op("add", high, 1), high);
  const place = op("floor", op("mul", op("div", op("sub", x, first), op("sub", last, first)), bins));
  const isInside = op("and", op("le", first, x), op("le", x, last));
  return op("where", isInside, op("min", place, op("sub", bins, 1)), bins);
});

/** Adds a weight to the place of every element. Places are int32, and the last one is left out of the result. */
function tallied(operation: string, places: Tensor, weights: Tensor, size: number): Tensor {
  const zeros = callGenerate(operation, places.backend, [size + 1], constant(0, weights.dtype));
  return sliced(callScatter("add", zeros, weights, places, 0, undefined, operation), 0, 0, size);
}

/**
 * Counts how many elements lie in each of some bins of one width. Elements beyond the ends are not counted.
 *
 * @param bins - the number of bins; default 100.
 * @param min - the lower end of the first bin; default 0.
 * @param max - the upper end of the last bin; default 0. If both ends are equal, they are the extremes of the elements.
 * @throws DTypeError unless the elements are floating; ArgumentError unless `bins` is an integer ≥ 1 and min ≤ max.
 *
 * @example
 * ```ts
 * histc(tensor([1, 2, 1]), { bins: 4, min: 0, max: 3 }); // → Tensor([0, 2, 1, 0])
 * ```
 *
 * @see torch.histc
 */
export function histc(
  x: Tensor,
  ...args:
    | readonly [bins?: number | undefined, min?: number | undefined, max?: number | undefined]
    | readonly [options: HistcOptions]
): Tensor {
  assertTensor("histc", "the input", x);
  assertFloating("histc", x.dtype);
  const given = readArguments<HistcOptions>("histc", args, ["bins", "min", "max"], histcNames);
  const { bins = 100, min = 0, max = 0 } = given;
  assertCount("histc", "the number of bins", bins, 1);
  assertReal("histc", "min", min);
  assertReal("histc", "max", max);
  if (!(min <= max)) throw new ArgumentError("histc", `min is ${min}, max is ${max}`, { rule: "min ≤ max" });
  return owned(() => {
    const plain = x.detach();
    const count = x.numel();
    const isOpen = min === max && count > 0;
    const low = isOpen ? amin(plain) : min;
    const high = isOpen ? amax(plain) : max;
    const places = converted("histc", binOf(reshaped("histc", plain, [count]), low, high, bins), "int32");
    const one = callGenerate("histc", x.backend, [], constant(1, dtypes[x.dtype].compute));
    return converted("histc", tallied("histc", places, expanded("histc", one, [count]), bins), x.dtype);
  });
}

/** Options of {@link bincount}. */
export interface BincountOptions {
  /** How much each element counts; default: all count 1, and the result is int32. */
  readonly weights?: Tensor;
  /** The least size of the result; default 0. */
  readonly minlength?: number;
}

const bincountNames: OptionNames<BincountOptions> = { weights: true, minlength: true };

type BincountArguments =
  | readonly [weights?: Tensor | undefined, minlength?: number | undefined]
  | readonly [weights: Tensor, options: Omit<BincountOptions, "weights">]
  | readonly [options: BincountOptions];

function bincountArguments(operation: string, x: Tensor, args: readonly unknown[]): BincountOptions {
  assertRank(operation, "the input", x, 1);
  const options = readArguments<BincountOptions>(operation, args, ["weights", "minlength"], bincountNames);
  if (options.minlength !== undefined) assertCount(operation, "minlength", options.minlength);
  if (options.weights !== undefined) assertRank(operation, "the weights", options.weights, 1);
  if (dtypes[x.dtype].kind === "float") {
    throw new ArgumentError(operation, `the elements are ${x.dtype}`, { rule: "integers are counted" });
  }
  return options;
}

function counted(operation: string, x: Tensor, largest: number, options: BincountOptions): Tensor {
  const { weights, minlength = 0 } = options;
  const size = Math.max(largest + 1, minlength);
  const one = callGenerate(operation, x.backend, [], constant(1, "int32"));
  const given = weights ?? expanded(operation, one, x.shape);
  const amounts =
    dtypes[given.dtype].kind === "float" || weights === undefined ? given : converted(operation, given, "float64");
  return tallied(operation, converted(operation, x, "int32"), amounts, size);
}

/**
 * Counts how often each integer from 0 on occurs.
 *
 * Shapes: `(n) → (largest element + 1)`, and at least `(minlength)`.
 *
 * @param weights - how much each element counts; default: all count 1, and the result is int32.
 * @param minlength - the least size of the result; default 0.
 * @throws ArgumentError for floats; IndexOutOfRangeError for a negative element; BackendError on a backend that cannot
 * be read synchronously.
 *
 * @example
 * ```ts
 * bincount(tensor([0, 2, 2], { dtype: "int32" })); // → Tensor([1, 0, 2], dtype=int32)
 * ```
 *
 * @see torch.bincount
 */
export function bincount(x: Tensor, ...args: BincountArguments): Tensor {
  const options = bincountArguments("bincount", x, args);
  return owned(() => {
    const largest = x.numel() === 0 ? -1 : Number(readSync("bincount", amax(x), "bincountAsync")[0]);
    return counted("bincount", x, largest, options);
  });
}

/**
 * Counts how often each integer from 0 on occurs, as {@link bincount} does, for backends that cannot be read
 * synchronously.
 *
 * @example
 * ```ts
 * await bincountAsync(tensor([0, 2, 2], { dtype: "int32" })); // → Tensor([1, 0, 2], dtype=int32)
 * ```
 */
export async function bincountAsync(x: Tensor, ...args: BincountArguments): Promise<Tensor> {
  const options = bincountArguments("bincountAsync", x, args);
  return ownedAsync(async (step) => {
    const found = x.numel() === 0 ? undefined : step(() => amax(x));
    const largest = found === undefined ? -1 : Number((await read("bincountAsync", found))[0]);
    return step(() => owned(() => counted("bincountAsync", x, largest, options)));
  });
}
