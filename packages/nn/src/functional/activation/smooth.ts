/**
 * Smooth activation functions.
 *
 * @module
 */
import { type ElementwiseWithDefaults, op, type Unary } from "@lucid/tensor/extend";
import {
  abs,
  div,
  type Elementwise,
  elementwise,
  exp,
  type Formula,
  log1p,
  mul,
  sigmoid,
  sub,
  tanh,
} from "@lucid/tensor/functions";

/**
 * Multiplies every element by its logistic function. It is also called swish.
 *
 *     silu(x) = x · sigmoid(x)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.silu(tensor([-1, 0, 2])); // → Tensor([-0.2689, 0, 1.7616])
 * ```
 *
 * Source: torch.nn.functional.silu.
 */
export const silu: Unary = /* @__PURE__ */ elementwise((x: Formula) => mul(x, sigmoid(x)), { name: "silu" });

/** log(1 + eˣ). Only exponentials of negative numbers are computed: nothing overflows. */
const logOnePlusExp: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula) => op("add", log1p(exp(op("neg", abs(x)))), op("max", x, 0)),
  // The two parts have corners at 0, their sum has none.
  { name: "softplus", derivative: (x: Formula) => sigmoid(x) },
);

/**
 * Applies the function Mish to every element.
 *
 *     mish(x) = x · tanh(log(1 + eˣ))
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.mish(tensor([-1, 0, 2])); // → Tensor([-0.3034, 0, 1.944])
 * ```
 *
 * Source: torch.nn.functional.mish.
 */
export const mish: Unary = /* @__PURE__ */ elementwise((x: Formula) => mul(x, tanh(logOnePlusExp(x))), {
  name: "mish",
});

/**
 * Applies a smooth form of the rectified linear unit to every element.
 *
 *     softplus(x) = log(1 + e^(beta · x)) / beta where beta · x ≤ threshold, else x
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param beta - how sharp the bend is, by position or in the options; default 1.
 * @param threshold - where the function becomes linear, by position or in the options; default 20.
 *
 * @example
 * ```ts
 * functional.softplus(tensor([-1, 0, 30])); // → Tensor([0.3133, 0.6931, 30])
 * functional.softplus(tensor([0]), { beta: 2 }); // → Tensor([0.3466])
 * ```
 *
 * Source: torch.nn.functional.softplus.
 */
export const softplus: ElementwiseWithDefaults<
  [x: Formula, beta: Formula, threshold: Formula],
  { beta: number; threshold: number }
> = /* @__PURE__ */ elementwise(
  (x: Formula, beta: Formula, threshold: Formula) => {
    const scaled = mul(x, beta);
    return op("where", op("lt", threshold, scaled), x, op("div", logOnePlusExp(scaled), beta));
  },
  { name: "softplus", defaults: { beta: 1, threshold: 20 } },
);

/**
 * Computes the logarithm of the logistic function, without loss of accuracy.
 *
 *     logsigmoid(x) = log(1 / (1 + e⁻ˣ))
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.logsigmoid(tensor([-100, 0])); // → Tensor([-100, -0.6931])
 * ```
 *
 * Source: torch.nn.functional.logsigmoid.
 */
export const logsigmoid: Unary = /* @__PURE__ */ elementwise((x: Formula) => op("neg", logOnePlusExp(op("neg", x))), {
  name: "logsigmoid",
});

/**
 * Maps all numbers between −1 and 1, more slowly than `tanh`.
 *
 *     softsign(x) = x / (1 + |x|)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.softsign(tensor([-1, 0, 3])); // → Tensor([-0.5, 0, 0.75])
 * ```
 *
 * Source: torch.nn.functional.softsign.
 */
export const softsign: Unary = /* @__PURE__ */ elementwise((x: Formula) => div(x, op("add", abs(x), 1)), {
  name: "softsign",
});

/**
 * Subtracts the hyperbolic tangent from every element.
 *
 *     tanhshrink(x) = x − tanh(x)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 *
 * @example
 * ```ts
 * functional.tanhshrink(tensor([-1, 0, 2])); // → Tensor([-0.2384, 0, 1.036])
 * ```
 *
 * Source: torch.nn.functional.tanhshrink.
 */
export const tanhshrink: Unary = /* @__PURE__ */ elementwise((x: Formula) => sub(x, tanh(x)), { name: "tanhshrink" });

/**
 * Replaces numbers near 0 by 0.
 *
 *     hardshrink(x) = 0 where −lambd ≤ x ≤ lambd, else x
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param lambd - the largest size that becomes 0, by position or in the options; default 0.5.
 *
 * @example
 * ```ts
 * functional.hardshrink(tensor([-1, 0.25, 2])); // → Tensor([-1, 0, 2])
 * ```
 *
 * Source: torch.nn.functional.hardshrink.
 */
export const hardshrink: ElementwiseWithDefaults<[x: Formula, lambd: Formula], { lambd: number }> =
  /* @__PURE__ */ elementwise((x: Formula, lambd: Formula) => op("where", op("le", abs(x), lambd), 0, x), {
    name: "hardshrink",
    defaults: { lambd: 0.5 },
  });

/**
 * Moves numbers towards 0.
 *
 *     softshrink(x) = x − lambd where x > lambd, x + lambd where x < −lambd, else 0
 *
 * NaN stays NaN.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param lambd - by how much, 0 or above; by position or in the options; default 0.5.
 *
 * @example
 * ```ts
 * functional.softshrink(tensor([-1, 0.25, 2])); // → Tensor([-0.5, 0, 1.5])
 * ```
 *
 * Source: torch.nn.functional.softshrink.
 */
export const softshrink: ElementwiseWithDefaults<[x: Formula, lambd: Formula], { lambd: number }> =
  /* @__PURE__ */ elementwise(
    (x: Formula, lambd: Formula) => {
      const outside = op("where", op("lt", x, 0), op("add", x, lambd), sub(x, lambd));
      return op("where", op("le", abs(x), lambd), 0, outside);
    },
    { name: "softshrink", defaults: { lambd: 0.5 } },
  );
