/**
 * The Gaussian error linear unit.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import { op } from "@lucid/tensor/extend";
import { type Elementwise, elementwise, erf, type Formula, mul, type Tensor, tanh } from "@lucid/tensor/functions";
import { assertChoice, assertTensor } from "../../internal/checks.js";

/** How GELU computes the normal distribution: exactly, or as ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export type GELUApproximation = "none" | "tanh";

/** Options of `gelu` and `GELU`. */
export interface GELUOptions {
  /** "none" (the default) computes the exact function, "tanh" an approximation of it. */
  readonly approximate?: GELUApproximation;
}

const half = (x: Formula, y: Formula): Formula => mul(mul(x, 0.5), op("add", y, 1));

const exactGelu: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula) => half(x, erf(mul(x, Math.SQRT1_2))),
  { name: "gelu" },
);

const tanhGelu: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula) => {
    const inner = op("add", x, mul(mul(mul(x, x), x), 0.044715));
    return half(x, tanh(mul(inner, Math.sqrt(2 / Math.PI))));
  },
  { name: "gelu" },
);

/**
 * Applies the Gaussian error linear unit to every element.
 *
 *     gelu(x) = x · Φ(x), where Φ is the distribution function of the standard normal distribution
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @param input - the tensor.
 * @param options - `approximate`.
 * @throws ArgumentError for an unknown approximation or option.
 *
 * @example
 * ```ts
 * functional.gelu(tensor([-1, 0, 1])); // → Tensor([-0.1587, 0, 0.8413])
 * functional.gelu(tensor([1]), { approximate: "tanh" }); // → Tensor([0.8412])
 * ```
 *
 * Source: torch.nn.functional.gelu.
 */
export function gelu(input: Tensor, options?: GELUOptions): Tensor {
  checkOptions("gelu", options, { approximate: true });
  const { approximate = "none" } = options ?? {};
  assertTensor("gelu", "input", input);
  assertChoice("gelu", "approximate", approximate, ["none", "tanh"]);
  return approximate === "none" ? exactGelu(input) : tanhGelu(input);
}
