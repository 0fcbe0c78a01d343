/**
 * Activations that need more than a name.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import {
  apply as compute,
  type Elementwise,
  elementwise,
  erf,
  type Formula,
  mul,
  type Tensor,
  tanh,
} from "@lucid/tensor/core";

/** How GELU's normal distribution is computed: exactly, or as ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export type GELUApproximation = "none" | "tanh";

/** Options of `gelu`. */
export interface GELUOptions {
  /** Default "none": exactly. */
  readonly approximate?: GELUApproximation;
}

const half = (x: Formula, y: Formula): Formula => mul(mul(x, 0.5), compute("add", y, 1));

const exactGelu: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula) => half(x, erf(mul(x, Math.SQRT1_2))),
  { name: "gelu" },
);

const tanhGelu: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula) => {
    const inner = compute("add", x, mul(mul(mul(x, x), x), 0.044715));
    return half(x, tanh(mul(inner, Math.sqrt(2 / Math.PI))));
  },
  { name: "gelu" },
);

/**
 * x · Φ(x) for every element, Φ being the standard normal distribution. (torch.nn.functional.gelu)
 *
 * @throws ArgumentError for an unknown approximation.
 *
 * @example
 * ```ts
 * functional.gelu(tensor([-1, 0, 1])); // → Tensor([-0.1587, 0, 0.8413])
 * functional.gelu(tensor([1]), { approximate: "tanh" }); // → Tensor([0.8412])
 * ```
 */
export function gelu(input: Tensor, { approximate = "none" }: GELUOptions = {}): Tensor {
  if (approximate === "none") return exactGelu(input);
  assertApproximation("gelu", approximate);
  return tanhGelu(input);
}

/** @throws ArgumentError unless it is one of the two. @internal */
export function assertApproximation(operation: string, approximate: unknown): void {
  if (approximate === "none" || approximate === "tanh") return;
  throw new ArgumentError(operation, `unknown approximation ${JSON.stringify(approximate) ?? String(approximate)}`, {
    rule: 'it is "none" or "tanh"',
  });
}
