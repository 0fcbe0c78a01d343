/**
 * Limiting the gradients of parameters.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions } from "@lucid/backend";
import { fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  abs,
  clamp,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  pow,
  square,
  stack,
  sum,
  type Tensor,
  tensor,
  to,
} from "@lucid/tensor/functions";
import { assertFlag, assertNumber } from "../internal/checks.js";
import { listOfTensors, type Parameters } from "./internal/parameters.js";

export type { Parameters };

/** Options of `clipGradNorm_`. */
export interface ClipGradNormOptions {
  /** The degree of the norm: 2 (the default), Infinity, or any other number. */
  readonly normType?: number;
  /** Whether a norm that is NaN or infinite is an error; default false. */
  readonly errorIfNonfinite?: boolean;
}

const squareOf: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise((x: Formula) => square(x), {
  name: "clipGradNorm_",
});
const sizeOf: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise((x: Formula) => abs(x), {
  name: "clipGradNorm_",
});
const powerOf: Elementwise<[x: Formula, p: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, p: Formula) => pow(abs(x), p),
  { name: "clipGradNorm_" },
);
const rootOf: Elementwise<[x: Formula, exponent: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, exponent: Formula) => pow(x, exponent),
  { name: "clipGradNorm_" },
);
/** The factor that brings a norm down to the most, and 1 at most. */
const factorFor: Elementwise<[norm: Formula, most: Formula]> = /* @__PURE__ */ elementwise(
  (norm: Formula, most: Formula) => {
    const factor = op("div", most, op("add", norm, 1e-6));
    return op("where", op("lt", 1, factor), 1, factor);
  },
  { name: "clipGradNorm_" },
);

/** The checked arguments of a call. */
interface Clipping {
  readonly operation: string;
  readonly gradients: readonly Tensor[];
  readonly maxNorm: number;
  readonly normType: number;
  readonly errorIfNonfinite: boolean;
}

function clippingOf(
  operation: string,
  parameters: Parameters,
  maxNorm: number,
  options: ClipGradNormOptions | undefined,
): Clipping {
  checkOptions(operation, options, { normType: true, errorIfNonfinite: true });
  const { normType = 2, errorIfNonfinite = false } = options ?? {};
  assertNumber(operation, "maxNorm", maxNorm);
  assertNumber(operation, "normType", normType);
  assertFlag(operation, "errorIfNonfinite", errorIfNonfinite);
  const gradients = listOfTensors(operation, parameters).flatMap(({ grad }) => (grad === null ? [] : [grad]));
  return { operation, gradients, maxNorm, normType, errorIfNonfinite };
}

/** The norm of all gradients together, as if they were one vector. */
function totalNorm({ gradients, normType }: Clipping): Tensor {
  const [first] = gradients;
  if (first === undefined) return tensor(0);
  const { dtype, backend } = first;
  const isMax = normType === Infinity;
  return owned(() => {
    const partOf = (gradient: Tensor): Tensor =>
      isMax
        ? fusedReduce(sizeOf, [gradient], { op: "max" })
        : normType === 2
          ? fusedReduce(squareOf, [gradient])
          : fusedReduce(powerOf, [gradient, normType]);
    const parts = gradients.filter((gradient) => gradient.numel() > 0).map(partOf);
    if (parts.length === 0) return tensor(0, { dtype, backend });
    const alike = stack(parts.map((part) => to(part.backend === backend ? part : to(part, backend), dtype)));
    if (isMax) return fusedReduce(sizeOf, [alike], { op: "max" });
    return rootOf(sum(alike), 1 / normType);
  });
}

/** Multiplies all gradients in place by one factor, which is not read. */
function scaleAll({ gradients, maxNorm }: Clipping, norm: Tensor): void {
  owned(() => {
    const factor = factorFor(norm, maxNorm);
    for (const gradient of gradients) {
      const local = factor.backend === gradient.backend ? factor : to(factor, gradient.backend);
      mul.writeInto(gradient, [gradient, to(local, gradient.dtype)]);
    }
  });
}

/** @throws ArgumentError if a norm is NaN or infinite. */
function assertFinite({ operation, normType }: Clipping, norm: number): void {
  if (Number.isFinite(norm)) return;
  throw new ArgumentError(operation, `the norm of degree ${normType} of the gradients is ${norm}`, {
    rule: "with errorIfNonfinite it is finite; no gradient was changed",
  });
}

/**
 * Scales the gradients of parameters in place so that the norm of all together is `maxNorm` at most. Returns the norm
 * that they had.
 *
 *     g ← g · min(1, maxNorm / (‖g‖ + 10⁻⁶))
 *
 * No value is read, unless `errorIfNonfinite` is true.
 *
 * @param parameters - the parameters; those without a gradient are left out.
 * @param maxNorm - the largest norm.
 * @param options - `normType` (default 2): the degree of the norm; `errorIfNonfinite` (default false): whether a norm
 * that is NaN or infinite is an error.
 * @throws ArgumentError for wrong arguments or an unknown option, and for a norm that is not finite if that is asked
 * for; BackendError if the norm has to be read and the backend cannot do that synchronously.
 *
 * @example
 * ```ts
 * const w = new Parameter([3, 4]);
 * w.square().sum().backward();
 * utils.clipGradNorm_([w], 1).item(); // → 10
 * w.grad; // → Tensor([0.6, 0.8])
 * ```
 *
 * Source: torch.nn.utils.clip_grad_norm_.
 */
export function clipGradNorm_(parameters: Parameters, maxNorm: number, options?: ClipGradNormOptions): Tensor {
  const clipping = clippingOf("clipGradNorm_", parameters, maxNorm, options);
  return noGrad(() => {
    const norm = totalNorm(clipping);
    if (clipping.errorIfNonfinite) assertFinite(clipping, norm.item());
    scaleAll(clipping, norm);
    return norm;
  });
}

/**
 * {@link clipGradNorm_} that waits for the norm where it has to be read.
 *
 * @param parameters - the parameters; those without a gradient are left out.
 * @param maxNorm - the largest norm.
 * @param options - `normType` (default 2), `errorIfNonfinite` (default false).
 * @throws ArgumentError for wrong arguments or an unknown option, and for a norm that is not finite if that is asked
 * for.
 *
 * @example
 * ```ts
 * const w = new Parameter([3, 4]);
 * w.square().sum().backward();
 * (await utils.clipGradNormAsync_([w], 1, { errorIfNonfinite: true })).item(); // → 10
 * ```
 *
 * Source: torch.nn.utils.clip_grad_norm_.
 */
export async function clipGradNormAsync_(
  parameters: Parameters,
  maxNorm: number,
  options?: ClipGradNormOptions,
): Promise<Tensor> {
  const clipping = clippingOf("clipGradNormAsync_", parameters, maxNorm, options);
  const norm = noGrad(() => totalNorm(clipping));
  if (clipping.errorIfNonfinite) assertFinite(clipping, await norm.itemAsync());
  noGrad(() => scaleAll(clipping, norm));
  return norm;
}

/**
 * Limits every element of the gradients of parameters in place.
 *
 *     g ← min(max(g, −clipValue), clipValue)
 *
 * @param parameters - the parameters; those without a gradient are left out.
 * @param clipValue - the largest size of an element.
 * @throws ArgumentError for wrong arguments.
 *
 * @example
 * ```ts
 * const w = new Parameter([3, 0.25]);
 * w.square().sum().backward();
 * utils.clipGradValue_([w], 1);
 * w.grad; // → Tensor([1, 0.5])
 * ```
 *
 * Source: torch.nn.utils.clip_grad_value_.
 */
export function clipGradValue_(parameters: Parameters, clipValue: number): void {
  assertNumber("clipGradValue_", "clipValue", clipValue);
  const tensors = listOfTensors("clipGradValue_", parameters);
  noGrad(() => {
    for (const { grad } of tensors) if (grad !== null) clamp.writeInto(grad, [grad, -clipValue, clipValue]);
  });
}
