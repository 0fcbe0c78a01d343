/**
 * Initialisers: they fill a tensor in place, unrecorded, and return it. (torch.nn.init)
 *
 * @module
 */
import { ArgumentError, formatShape, ShapeError } from "@lucid/backend";
import {
  fill_,
  type Tensor,
  normal_ as tensorNormal_,
  uniform_ as tensorUniform_,
  unrecorded,
} from "@lucid/tensor/core";

/**
 * Uniform numbers on [a, b). (torch.nn.init.uniform_)
 *
 * @throws ArgumentError if a > b.
 *
 * @example
 * ```ts
 * init.uniform_(zeros([2]), 3, 3); // → Tensor([3, 3])
 * ```
 */
export function uniform_<T extends Tensor>(tensor: T, a = 0, b = 1): T {
  return unrecorded(() => tensorUniform_(tensor, a, b));
}

/**
 * Normal numbers of this mean and standard deviation. (torch.nn.init.normal_)
 *
 * @throws ArgumentError if std < 0.
 *
 * @example
 * ```ts
 * init.normal_(zeros([2]), 5, 0); // → Tensor([5, 5])
 * ```
 */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  return unrecorded(() => tensorNormal_(tensor, mean, std));
}

/**
 * One number everywhere. (torch.nn.init.constant_)
 *
 * @example
 * ```ts
 * init.constant_(zeros([2]), 0.5); // → Tensor([0.5, 0.5])
 * ```
 */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  return unrecorded(() => fill_(tensor, value));
}

/**
 * Zeros. (torch.nn.init.zeros_)
 *
 * @example
 * ```ts
 * init.zeros_(ones([2])); // → Tensor([0, 0])
 * ```
 */
export function zeros_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 0);
}

/**
 * Ones. (torch.nn.init.ones_)
 *
 * @example
 * ```ts
 * init.ones_(zeros([2])); // → Tensor([1, 1])
 * ```
 */
export function ones_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 1);
}

/** The functions that follow a layer, as far as they matter for its initialisation. */
export type Nonlinearity = "linear" | "conv" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

const gains = {
  linear: () => 1,
  conv: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4,
} satisfies Record<Nonlinearity, (slope: number) => number>;

/**
 * The factor by which a layer's weights should grow for the function that follows it: 1 for linear, conv and sigmoid, 5/3 for
 * tanh, √2 for relu, √(2 / (1 + slope²)) for leakyRelu, 3/4 for selu. (torch.nn.init.calculate_gain)
 *
 * @param slope - of leakyRelu for negative numbers; default 0.01.
 * @throws ArgumentError for an unknown function.
 *
 * @example
 * ```ts
 * init.calculateGain("tanh").toFixed(4); // → "1.6667"
 * init.calculateGain("leakyRelu", 0.2).toFixed(4); // → "1.3868"
 * ```
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  if (!Object.hasOwn(gains, nonlinearity)) {
    throw new ArgumentError("calculateGain", `unknown nonlinearity ${JSON.stringify(nonlinearity)}`, {
      rule: `known are ${Object.keys(gains).join(", ")}`,
    });
  }
  return gains[nonlinearity](slope);
}

/** Numbers of connections into and out of a unit: sizes of the axes 1 and 0, times those of all further axes. */
function fans(operation: string, { shape }: Tensor): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) {
    throw new ShapeError(operation, `the tensor has ${shape.length} axes: ${formatShape(shape)}`, [shape], {
      rule: "at least 2 are needed to tell inputs from outputs",
    });
  }
  const field = shape.slice(2).reduce((product, size) => product * size, 1);
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

/** Uniform numbers of standard deviation `std`. */
function spreadUniform<T extends Tensor>(tensor: T, std: number): T {
  const bound = Math.sqrt(3) * std;
  return uniform_(tensor, -bound, bound);
}

const xavierDeviation = (operation: string, tensor: Tensor, gain: number): number => {
  const { fanIn, fanOut } = fans(operation, tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
};

/**
 * Glorot and Bengio's scheme: uniform on ±gain · √(6 / (fanIn + fanOut)), where an axis 1 of inputs and an axis 0 of outputs are
 * counted with all further axes. (torch.nn.init.xavier_uniform_)
 *
 * @throws ShapeError for fewer than 2 axes.
 *
 * @example
 * ```ts
 * init.xavierUniform_(zeros([3, 3])).abs().max().item() <= 1; // → true
 * ```
 */
export function xavierUniform_<T extends Tensor>(tensor: T, gain = 1): T {
  const std = xavierDeviation("xavierUniform_", tensor, gain);
  return tensor.size === 0 ? tensor : spreadUniform(tensor, std);
}

/**
 * {@link xavierUniform_} with normal numbers, of standard deviation gain · √(2 / (fanIn + fanOut)). (torch.nn.init.xavier_normal_)
 *
 * @throws ShapeError for fewer than 2 axes.
 */
export function xavierNormal_<T extends Tensor>(tensor: T, gain = 1): T {
  const std = xavierDeviation("xavierNormal_", tensor, gain);
  return tensor.size === 0 ? tensor : normal_(tensor, 0, std);
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** Slope of leakyRelu for negative numbers; default 0. */
  readonly a?: number;
  /** What keeps its size: activations ("fanIn", the default) or gradients ("fanOut"). */
  readonly mode?: "fanIn" | "fanOut";
  /** The function that follows; default "leakyRelu". */
  readonly nonlinearity?: Nonlinearity;
}

function kaimingDeviation(operation: string, tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ArgumentError(operation, `unknown mode ${JSON.stringify(mode)}`, { rule: 'it is "fanIn" or "fanOut"' });
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(operation, tensor)[mode]);
}

/**
 * He's scheme: uniform on ±gain · √(3 / fan), with the gain of {@link calculateGain}. (torch.nn.init.kaiming_uniform_)
 *
 * @throws ShapeError for fewer than 2 axes; ArgumentError for an unknown mode or nonlinearity.
 *
 * @example
 * ```ts
 * init.kaimingUniform_(zeros([5, 6]), { a: Math.sqrt(5) }).abs().max().item() <= 0.4083; // → true
 * ```
 */
export function kaimingUniform_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const std = kaimingDeviation("kaimingUniform_", tensor, options);
  return tensor.size === 0 ? tensor : spreadUniform(tensor, std);
}

/**
 * {@link kaimingUniform_} with normal numbers, of standard deviation gain / √fan. (torch.nn.init.kaiming_normal_)
 *
 * @throws ShapeError for fewer than 2 axes; ArgumentError for an unknown mode or nonlinearity.
 */
export function kaimingNormal_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const std = kaimingDeviation("kaimingNormal_", tensor, options);
  return tensor.size === 0 ? tensor : normal_(tensor, 0, std);
}
