/**
 * Activation functions that are made of straight lines, or of a line and an exponential function.
 *
 * @module
 */
import { DTypeError, dtypes, formatShape, ShapeError } from "@lucid/backend";
import { type ElementwiseWithDefaults, op, owned, type Unary } from "@lucid/tensor/extend";
import { type Elementwise, elementwise, expm1, type Formula, mul, reshape, type Tensor } from "@lucid/tensor/functions";
import { assertFloatingTensor } from "../../internal/checks.js";

/**
 * Limits numbers to the interval from 0 to 6.
 *
 *     relu6(x) = min(max(x, 0), 6)
 *
 * The derivative at 0 and at 6 is 0. NaN stays NaN.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.relu6(tensor([-1, 3, 8])); // → Tensor([0, 3, 6])
 * ```
 *
 * Source: torch.nn.functional.relu6.
 */
export const relu6: Unary = /* @__PURE__ */ elementwise((x: Formula) => limited(x, 0, 6), { name: "relu6" });

/** `x` where it lies between the bounds, and the bound that it passes elsewhere. NaN stays NaN. */
function limited(x: Formula, min: Formula | number, max: Formula | number): Formula {
  return op("where", op("le", x, min), min, op("where", op("le", max, x), max, x));
}

/**
 * Limits numbers to an interval.
 *
 *     hardtanh(x) = min(max(x, minVal), maxVal)
 *
 * The derivative at both ends is 0. NaN stays NaN. Integers stay integers; of the ends, the fractions are dropped first.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param minVal - the lower end, by position or in the options; default −1.
 * @param maxVal - the upper end, by position or in the options; default 1.
 *
 * @example
 * ```ts
 * functional.hardtanh(tensor([-2, 0.5, 3])); // → Tensor([-1, 0.5, 1])
 * functional.hardtanh(tensor([-2, 0.5, 3]), { maxVal: 2 }); // → Tensor([-1, 0.5, 2])
 * ```
 *
 * Source: torch.nn.functional.hardtanh.
 */
export const hardtanh: ElementwiseWithDefaults<
  [x: Formula, minVal: Formula, maxVal: Formula],
  { minVal: number; maxVal: number }
> = /* @__PURE__ */ elementwise(
  (x: Formula, minVal: Formula, maxVal: Formula) => {
    if (dtypes[x.dtype].kind !== "int") return between(x, minVal, maxVal);
    // A uint8 is compared as an int32, so that a negative end does not wrap around.
    return between(x.to("int32"), minVal.to("int32"), maxVal.to("int32")).to(x.dtype);
  },
  {
    name: "hardtanh",
    defaults: { minVal: -1, maxVal: 1 },
  },
);

/** Does what `limited` does with ends that may be the wrong way round; then everything becomes the upper one. */
function between(x: Formula, min: Formula, max: Formula): Formula {
  return op("where", op("le", max, x), max, op("where", op("le", x, min), op("min", min, max), x));
}

/**
 * Approximates the logistic function by three straight lines.
 *
 *     hardsigmoid(x) = min(max(x / 6 + 1/2, 0), 1)
 *
 * The derivative at −3 and at 3 is 0. NaN stays NaN.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.hardsigmoid(tensor([-4, 0, 1.5])); // → Tensor([0, 0.5, 0.75])
 * ```
 *
 * Source: torch.nn.functional.hardsigmoid.
 */
export const hardsigmoid: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => op("div", limited(op("add", x, 3), 0, 6), 6),
  { name: "hardsigmoid" },
);

/**
 * Approximates {@link silu} by a parabola between two straight lines.
 *
 *     hardswish(x) = x · min(max(x + 3, 0), 6) / 6
 *
 * NaN stays NaN.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.hardswish(tensor([-4, -1, 4])); // → Tensor([0, -0.3333, 4])
 * ```
 *
 * Source: torch.nn.functional.hardswish.
 */
export const hardswish: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => {
    const between = op("div", mul(x, op("add", x, 3)), 6);
    return op("where", op("lt", x, -3), 0, op("where", op("lt", 3, x), x, between));
  },
  { name: "hardswish" },
);

/** `x` where it is above 0, and x times the slope elsewhere. */
const sloped = (x: Formula, slope: Formula): Formula => op("where", op("lt", 0, x), x, mul(x, slope));

/**
 * Lets negative numbers pass with a small slope.
 *
 *     leakyRelu(x) = x where x > 0, else negativeSlope · x
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param negativeSlope - the slope for negative numbers, by position or in the options; default 0.01.
 *
 * @example
 * ```ts
 * functional.leakyRelu(tensor([-1, 2])); // → Tensor([-0.01, 2])
 * functional.leakyRelu(tensor([-1, 2]), { negativeSlope: 0.5 }); // → Tensor([-0.5, 2])
 * ```
 *
 * Source: torch.nn.functional.leaky_relu.
 */
export const leakyRelu: ElementwiseWithDefaults<[x: Formula, negativeSlope: Formula], { negativeSlope: number }> =
  /* @__PURE__ */ elementwise(sloped, { name: "leakyRelu", defaults: { negativeSlope: 0.01 } });

const slopedByWeight: Elementwise<[x: Formula, weight: Formula]> = /* @__PURE__ */ elementwise(sloped, {
  name: "prelu",
});

/**
 * Lets negative numbers pass with a slope that is learned: one for all, or one for every channel.
 *
 *     prelu(x) = x where x > 0, else weight · x
 *
 * Shapes: `(batch, channels, …), (channels) → (batch, channels, …)`; with a weight of one number `(*), (1) → (*)`.
 *
 * @param input - the tensor.
 * @param weight - one slope, or one for every channel; channels are the second dimension.
 * @throws DTypeError unless both hold floating-point numbers of one type; ShapeError if the weight does not fit.
 *
 * @example
 * ```ts
 * functional.prelu(tensor([[-1, -1], [2, -2]]), tensor([0.5, 0.25])); // → Tensor([[-0.5, -0.25], [2, -0.5]])
 * ```
 *
 * Source: torch.nn.functional.prelu.
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  assertFloatingTensor("prelu", "input", input);
  assertFloatingTensor("prelu", "weight", weight);
  if (input.dtype !== weight.dtype) {
    throw new DTypeError(
      "prelu",
      `the weight is ${weight.dtype}, the input ${input.dtype}`,
      [weight.dtype, input.dtype],
      {
        rule: "both have one type",
        remedy: `convert the weight: .to("${input.dtype}")`,
      },
    );
  }
  const channels = input.ndim > 1 ? input.shape[1]! : 1;
  const count = weight.numel();
  if (weight.ndim > 1 || (count !== 1 && count !== channels)) {
    throw new ShapeError(
      "prelu",
      `the weight is ${formatShape(weight.shape)} for an input ${formatShape(input.shape)}`,
      [weight.shape, input.shape],
      { rule: `it has one number, or one for each of the ${channels} channels` },
    );
  }
  if (input.ndim < 2) return owned(() => slopedByWeight(input, reshape(weight, [])));
  return owned(() => slopedByWeight(input, reshape(weight, [count, ...input.shape.slice(2).map(() => 1)])));
}

/**
 * Replaces numbers up to a threshold by a value.
 *
 *     threshold(x) = value where x ≤ threshold, else x
 *
 * NaN stays NaN.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param threshold - what an element must exceed to be kept.
 * @param value - what stands in the place of the others.
 *
 * @example
 * ```ts
 * functional.threshold(tensor([0.5, 2]), 1, 20); // → Tensor([20, 2])
 * ```
 *
 * Source: torch.nn.functional.threshold.
 */
export const threshold: Elementwise<[x: Formula, threshold: Formula, value: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, limit: Formula, value: Formula) => op("where", op("le", x, limit), value, x),
  { name: "threshold" },
);

/** `scale · x` where x is above 0, and scale · alpha · (e^(x / width) − 1) elsewhere. */
function exponentialBelow(x: Formula, alpha: Formula | number, scale: number, width: Formula | number): Formula {
  const below = mul(expm1(op("div", x, width)), op("mul", alpha, scale));
  return op("where", op("lt", 0, x), mul(x, scale), below);
}

/**
 * Applies the exponential linear unit to every element.
 *
 *     elu(x) = x where x > 0, else alpha · (eˣ − 1)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param alpha - the factor for negative numbers, by position or in the options; default 1.
 *
 * @example
 * ```ts
 * functional.elu(tensor([-1, 2])); // → Tensor([-0.6321, 2])
 * ```
 *
 * Source: torch.nn.functional.elu.
 */
export const elu: ElementwiseWithDefaults<[x: Formula, alpha: Formula], { alpha: number }> =
  /* @__PURE__ */ elementwise((x: Formula, alpha: Formula) => exponentialBelow(x, alpha, 1, 1), {
    name: "elu",
    defaults: { alpha: 1 },
  });

/**
 * Applies the continuously differentiable exponential linear unit to every element.
 *
 *     celu(x) = x where x > 0, else alpha · (e^(x / alpha) − 1)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param alpha - the factor and the width for negative numbers, by position or in the options; default 1.
 *
 * @example
 * ```ts
 * functional.celu(tensor([-2, 2]), { alpha: 2 }); // → Tensor([-1.2642, 2])
 * ```
 *
 * Source: torch.nn.functional.celu.
 */
export const celu: ElementwiseWithDefaults<[x: Formula, alpha: Formula], { alpha: number }> =
  /* @__PURE__ */ elementwise((x: Formula, alpha: Formula) => exponentialBelow(x, alpha, 1, alpha), {
    name: "celu",
    defaults: { alpha: 1 },
  });

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * Applies the scaled exponential linear unit to every element. Its two constants keep the mean and the variance of
 * activations near 0 and 1 (Klambauer and others 2017).
 *
 *     selu(x) = scale · x where x > 0, else scale · alpha · (eˣ − 1)
 *
 * alpha is 1.6732632423543772 and scale is 1.0507009873554805.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.selu(tensor([-1, 1])); // → Tensor([-1.1113, 1.0507])
 * ```
 *
 * Source: torch.nn.functional.selu.
 */
export const selu: Unary = /* @__PURE__ */ elementwise((x: Formula) => exponentialBelow(x, SELU_ALPHA, SELU_SCALE, 1), {
  name: "selu",
});
