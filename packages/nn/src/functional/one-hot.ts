/**
 * Classes as vectors of zeros and a one.
 *
 * @module
 */
import { ArgumentError, checkOptions, DTypeError, type OptionNames } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { type Tensor, scatter, unsqueeze, zeros } from "@lucid/tensor/functions";
import { assertInteger, assertTensor } from "../internal/checks.js";

/** Options of `oneHot` and `oneHotAsync`. */
export interface OneHotOptions {
  /** The number of classes; −1 (the default): one more than the largest class that occurs. */
  readonly numClasses?: number;
}

const optionNames: OptionNames<OneHotOptions> = { numClasses: true };

/** Checks the arguments, and returns the number of classes, or −1. */
function classesOf(operation: string, input: Tensor, given: number | OneHotOptions | undefined): number {
  assertTensor(operation, "input", input);
  if (input.dtype !== "int32") {
    throw new DTypeError(operation, `the input is ${input.dtype}`, [input.dtype], {
      rule: "classes are int32",
      remedy: 'make them so: tensor([0, 1, 2], { dtype: "int32" })',
    });
  }
  const options = typeof given === "object" ? given : { numClasses: given };
  checkOptions(operation, options, optionNames);
  const { numClasses = -1 } = options;
  assertInteger(operation, "numClasses", numClasses);
  if (numClasses === 0 || numClasses < -1) {
    throw new ArgumentError(operation, `numClasses is ${numClasses}`, {
      rule: "numClasses is 1 or above, or −1 for one more than the largest class",
    });
  }
  if (numClasses === -1 && input.numel() === 0) {
    throw new ArgumentError(operation, "there is no class in an empty input", { remedy: "say numClasses" });
  }
  return numClasses;
}

function encoded(input: Tensor, numClasses: number): Tensor {
  return owned(() => {
    const empty = zeros([...input.shape, numClasses], { backend: input.backend, dtype: "int32" });
    return input.numel() === 0 ? empty : scatter(empty, -1, unsqueeze(input, -1), 1);
  });
}

/** One more than the largest class. */
const countOf = (values: ArrayLike<number>): number => {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  return largest + 1;
};

/**
 * Makes a vector for each class that has a 1 at the position of the class, and zeros elsewhere.
 *
 * Shapes: `(*) → (*, numClasses)`, where `*` is any shape. The result is int32.
 *
 * @param input - int32 classes, which are not negative.
 * @param numClasses - the number of classes, by position or in the options; −1 (the default) reads the input, and takes
 * one more than the largest class.
 * @throws DTypeError unless the input is int32; IndexOutOfRangeError for a class that is negative or too large;
 * ArgumentError for a wrong number of classes; BackendError without a number of classes on a backend that cannot be read
 * synchronously.
 *
 * @example
 * ```ts
 * functional.oneHot(tensor([0, 2], { dtype: "int32" }), 3); // → Tensor([[1, 0, 0], [0, 0, 1]], dtype=int32)
 * ```
 *
 * Source: torch.nn.functional.one_hot.
 */
export function oneHot(input: Tensor, numClasses?: number | OneHotOptions): Tensor {
  const count = classesOf("oneHot", input, numClasses);
  return encoded(input, count === -1 ? countOf(input.dataSync()) : count);
}

/**
 * Does what `oneHot` does on backends that cannot be read synchronously.
 *
 * @example
 * ```ts
 * await functional.oneHotAsync(tensor([0, 1], { dtype: "int32" })); // → Tensor([[1, 0], [0, 1]], dtype=int32)
 * ```
 */
export async function oneHotAsync(input: Tensor, numClasses?: number | OneHotOptions): Promise<Tensor> {
  const count = classesOf("oneHotAsync", input, numClasses);
  return encoded(input, count === -1 ? countOf(await input.data()) : count);
}
