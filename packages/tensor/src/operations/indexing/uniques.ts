/**
 * The different elements of a tensor. How many there are has to be read.
 *
 * @module
 */
import { checkOptions, constant, index, input, type OptionNames, op } from "@lucid/backend";
import { owned, ownedAsync } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import { callGenerate, callMap } from "../../primitives/map.js";
import { callScan, callSort } from "../../primitives/ordering.js";
import { callConcatenate } from "../../primitives/writing.js";
import { read, readSync } from "../../tensor/reading.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag } from "../internal/arguments.js";
import { assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { expanded, indexTensor, reshaped, sliced, viewed } from "../internal/views.js";
import { transpose } from "../shape/permuting.js";
import { indexSelect } from "./gathering.js";

/** Options of {@link uniqueConsecutive}. */
export interface UniqueConsecutiveOptions {
  /** Whether to tell, for every element, which of the results it is; default false. */
  readonly returnInverse?: boolean;
  /** Whether to tell how often every result occurs; default false. */
  readonly returnCounts?: boolean;
  /** Compare the slices along this dimension; default (and null): all elements. */
  readonly dim?: number | null;
}

/** Options of {@link unique}. */
export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** PyTorch's choice of a method. The results are sorted in any case. */
  readonly sorted?: boolean;
}

const CONSECUTIVE: OptionNames<UniqueConsecutiveOptions> = { returnInverse: true, returnCounts: true, dim: true };
const UNIQUE: OptionNames<UniqueOptions> = { ...CONSECUTIVE, sorted: true };

/** The results, then the inverse and the counts where they were asked for. */
function selectedParts(
  values: Tensor,
  inverse: Tensor,
  counts: Tensor,
  options: UniqueOptions,
): Tensor | readonly Tensor[] {
  if (options.returnInverse !== true && options.returnCounts !== true) return values;
  return [
    values,
    ...(options.returnInverse === true ? [inverse] : []),
    ...(options.returnCounts === true ? [counts] : []),
  ];
}

/** Numbers the runs of equal elements of a vector, from 0. */
function runs(x: Tensor): Tensor {
  const size = x.shape[0]!;
  const earlier = callConcatenate([sliced(x, 0, 0, Math.min(1, size)), sliced(x, 0, 0, Math.max(0, size - 1))], 0);
  const equal = op("eq", input(0, x.dtype), input(1, x.dtype));
  const changes = op("where", equal, constant(0, "int32"), constant(1, "int32"));
  const first = op("eq", index(0), constant(0, "int32"));
  const value = op("where", first, constant(0, "int32"), changes);
  return callScan("sum", callMap("unique", [x, earlier], [value])[0]!, 0);
}

/** What is known before the number of results has been read. */
interface Numbered {
  readonly elements: Tensor;
  /** The number of the result that each of the elements is. */
  readonly numbers: Tensor;
  /** Where each of the elements was; undefined if they were not sorted. */
  readonly order: Tensor | undefined;
}

function numbered(operation: string, x: Tensor, sorts: boolean): Numbered {
  const flat = reshaped(operation, x.detach(), [x.numel()]);
  if (!sorts) return { elements: flat, numbers: runs(flat), order: undefined };
  const [elements, order] = callSort(flat, 0);
  return { elements, numbers: runs(elements), order };
}

function collected(
  operation: string,
  shape: readonly number[],
  { elements, numbers, order }: Numbered,
  count: number,
  options: UniqueOptions,
): Tensor | readonly Tensor[] {
  const { backend, dtype } = elements;
  const filled = (size: number, type: Tensor["dtype"]): Tensor =>
    callGenerate(operation, backend, [size], constant(0, type));
  const values = callScatter("set", filled(count, dtype), elements, numbers, 0, undefined, operation);
  const ones = expanded(operation, callGenerate(operation, backend, [], constant(1, "int32")), elements.shape);
  const counts = callScatter("add", filled(count, "int32"), ones, numbers, 0, undefined, operation);
  const inverse =
    order === undefined
      ? numbers
      : callScatter("set", filled(elements.numel(), "int32"), numbers, order, 0, undefined, operation);
  return selectedParts(values, viewed(inverse, shape), counts, options);
}

/** The results among slices, found on the host. `values` holds the slices one after the other. */
function amongSlices(
  x: Tensor,
  axis: number,
  values: ArrayLike<number>,
  sorts: boolean,
  options: UniqueOptions,
): Tensor | readonly Tensor[] {
  const count = x.shape[axis]!;
  const size = count === 0 ? 0 : values.length / count;
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < size; i++) {
      const difference = values[a * size + i]! - values[b * size + i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const order = Array.from({ length: count }, (_, i) => i);
  if (sorts) order.sort((a, b) => compare(a, b) || a - b);
  const [first, counts]: [number[], number[]] = [[], []];
  const inverse = new Int32Array(count);
  order.forEach((slice, i) => {
    if (i > 0 && compare(order[i - 1]!, slice) === 0) counts[counts.length - 1]!++;
    else {
      first.push(slice);
      counts.push(1);
    }
    inverse[slice] = first.length - 1;
  });
  const chosen = indexSelect(x, axis, indexTensor(x.backend, first));
  return selectedParts(chosen, indexTensor(x.backend, inverse), indexTensor(x.backend, counts), options);
}

function checked(operation: string, x: Tensor, options: UniqueOptions, sorts: boolean): number | undefined {
  assertTensor(operation, "the input", x);
  checkOptions(operation, options, sorts ? UNIQUE : CONSECUTIVE);
  for (const name of ["returnInverse", "returnCounts", "sorted"] as const) {
    assertFlag(operation, name, options[name]);
  }
  const { dim } = options;
  return dim === undefined || dim === null ? undefined : dimOf(operation, dim, x.ndim);
}

function found(operation: string, x: Tensor, options: UniqueOptions, sorts: boolean): Tensor | readonly Tensor[] {
  const axis = checked(operation, x, options, sorts);
  const asynchronous = `${operation}Async`;
  return owned(() => {
    if (axis !== undefined && x.ndim > 0) {
      const slices = readSync(operation, transpose(x, axis, 0), asynchronous);
      return amongSlices(x, axis, slices, sorts, options);
    }
    if (x.numel() === 0) return collected(operation, x.shape, numbered(operation, x, sorts), 0, options);
    const known = numbered(operation, x, sorts);
    const [last] = readSync(operation, sliced(known.numbers, 0, x.numel() - 1, 1), asynchronous);
    return collected(operation, x.shape, known, Number(last) + 1, options);
  });
}

async function foundLater(
  operation: string,
  x: Tensor,
  options: UniqueOptions,
  sorts: boolean,
): Promise<Tensor | readonly Tensor[]> {
  const axis = checked(operation, x, options, sorts);
  return ownedAsync(async (step) => {
    if (axis !== undefined && x.ndim > 0) {
      const slices = await read(
        operation,
        step(() => transpose(x, axis, 0)),
      );
      return step(() => owned(() => amongSlices(x, axis, slices, sorts, options)));
    }
    const known = step(() => numbered(operation, x, sorts));
    const size = x.numel();
    const last =
      size === 0
        ? -1
        : (
            await read(
              operation,
              step(() => sliced(known.numbers, 0, size - 1, 1)),
            )
          )[0]!;
    return step(() => owned(() => collected(operation, x.shape, known, last + 1, options)));
  });
}

/** How {@link unique} and its kin are called: what is asked for in addition comes in a list. */
export interface UniqueFunction<O extends UniqueConsecutiveOptions> {
  (x: Tensor, options?: O & { readonly returnInverse?: false; readonly returnCounts?: false }): Tensor;
  (x: Tensor, options: O): Tensor | readonly Tensor[];
}

/** How {@link uniqueAsync} and its kin are called. */
export interface UniqueAsyncFunction<O extends UniqueConsecutiveOptions> {
  (x: Tensor, options?: O & { readonly returnInverse?: false; readonly returnCounts?: false }): Promise<Tensor>;
  (x: Tensor, options: O): Promise<Tensor | readonly Tensor[]>;
}

/**
 * Finds the different elements, in ascending order. Every NaN is different from all others.
 *
 * Shapes: `(…) → (n)`; with `dim`, that dimension gets the size n.
 *
 * @param options - `returnInverse` adds, for every element, which of the results it is; `returnCounts` adds how often
 * every result occurs; the results then come in a list. `dim` compares slices. `sorted` changes nothing.
 * @throws BackendError on a backend that cannot be read synchronously; IndexOutOfRangeError if x has no such dimension.
 *
 * @example
 * ```ts
 * unique(tensor([3, 1, 3])); // → Tensor([1, 3])
 * unique(tensor([3, 1, 3]), { returnCounts: true }); // → [Tensor([1, 3]), Tensor([1, 2], dtype=int32)]
 * ```
 *
 * @see torch.unique
 */
export const unique: UniqueFunction<UniqueOptions> = ((x: Tensor, options: UniqueOptions = {}) =>
  found("unique", x, options, true)) as UniqueFunction<UniqueOptions>;

/**
 * Finds the different elements, as {@link unique} does, for backends that cannot be read synchronously.
 *
 * @example
 * ```ts
 * await uniqueAsync(tensor([3, 1, 3])); // → Tensor([1, 3])
 * ```
 */
export const uniqueAsync: UniqueAsyncFunction<UniqueOptions> = (async (x: Tensor, options: UniqueOptions = {}) =>
  foundLater("uniqueAsync", x, options, true)) as UniqueAsyncFunction<UniqueOptions>;

/**
 * Leaves out elements that equal the element before them.
 *
 * Shapes: `(…) → (n)`; with `dim`, that dimension gets the size n.
 *
 * @param options - `returnInverse` adds, for every element, which of the results it is; `returnCounts` adds how often
 * every result occurs; the results then come in a list. `dim` compares slices.
 * @throws BackendError on a backend that cannot be read synchronously; IndexOutOfRangeError if x has no such dimension.
 *
 * @example
 * ```ts
 * uniqueConsecutive(tensor([1, 1, 2, 1])); // → Tensor([1, 2, 1])
 * ```
 *
 * @see torch.unique_consecutive
 */
export const uniqueConsecutive: UniqueFunction<UniqueConsecutiveOptions> = ((
  x: Tensor,
  options: UniqueConsecutiveOptions = {},
) => found("uniqueConsecutive", x, options, false)) as UniqueFunction<UniqueConsecutiveOptions>;

/**
 * Leaves out elements that equal the element before them, as {@link uniqueConsecutive} does, for backends that cannot be
 * read synchronously.
 *
 * @example
 * ```ts
 * await uniqueConsecutiveAsync(tensor([1, 1, 2])); // → Tensor([1, 2])
 * ```
 */
export const uniqueConsecutiveAsync: UniqueAsyncFunction<UniqueConsecutiveOptions> = (async (
  x: Tensor,
  options: UniqueConsecutiveOptions = {},
) => foundLater("uniqueConsecutiveAsync", x, options, false)) as UniqueAsyncFunction<UniqueConsecutiveOptions>;
