/**
 * Spectral normalization.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, describeValue } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import {
  clone,
  copy_,
  div,
  dot,
  mv,
  permute,
  type RemoveHook,
  randn,
  reshape,
  type Tensor,
  t,
} from "@lucid/tensor/functions";
import { normalize } from "../functional/local-response-norm.js";
import { assertFactor, assertInteger, assertPositive } from "../internal/checks.js";
import type { AnyModule, Module } from "../module/module.js";
import { Buffer, Parameter } from "../module/parameter.js";
import { fieldsOf, parameterOf } from "./internal/fields.js";

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** The name of the parameter; default "weight". */
  readonly name?: string;
  /** How many steps of the power method every call in training takes; default 1. */
  readonly nPowerIterations?: number;
  /** The least length that is divided by; default 1e-12. */
  readonly eps?: number;
  /** The dimension of the outputs; default 0. */
  readonly dim?: number;
}

/** How a weight is normalized. */
interface Normalization {
  readonly name: string;
  readonly steps: number;
  readonly eps: number;
  readonly dim: number;
}

const normalized = new WeakMap<object, Map<string, readonly [Normalization, RemoveHook]>>();

/** The weight as a matrix, one row for each output. */
function matrixOf(weight: Tensor, dim: number): Tensor {
  const others = weight.shape.map((_, i) => i).filter((i) => i !== dim);
  const rows = weight.shape[dim]!;
  return reshape(dim === 0 ? weight : permute(weight, [dim, ...others]), [rows, weight.numel() / rows]);
}

/** The weight, divided by its largest singular value as the power method knows it. In training it takes steps. */
function compute(module: AnyModule, { name, steps, eps, dim }: Normalization, isTraining: boolean): Tensor {
  const fields = fieldsOf("spectralNorm", module);
  const [weight, u, v] = [`${name}_orig`, `${name}_u`, `${name}_v`].map((field) => fields[field] as Tensor);
  return owned(() => {
    const matrix = matrixOf(weight!, dim);
    if (isTraining) {
      noGrad(() => {
        const held = matrix.detach();
        let [left, right] = [u!, v!];
        for (let i = 0; i < steps; i++) {
          right = normalize(mv(t(held), left), { dim: 0, eps });
          left = normalize(mv(held, right), { dim: 0, eps });
        }
        copy_(u!, left);
        copy_(v!, right);
      });
    }
    // The graph keeps copies, since the next call writes into the vectors.
    const [left, right] = [clone(u!.detach()), clone(v!.detach())];
    return div(weight!, dot(left, mv(matrix, right)));
  });
}

/**
 * Replaces a parameter of a module by itself divided by its largest singular value, so that the layer is Lipschitz
 * continuous with the constant 1 (Miyato and others 2018). Before every call the weight is computed anew.
 *
 *     weight = weight_orig / σ, with σ = uᵀ · weight_orig · v after steps of the power method
 *
 * The parameter is called `weight_orig`, and the vectors `weight_u` and `weight_v`, as in PyTorch's state dicts.
 *
 * @param module - the module that has the parameter.
 * @param options - `name` (default "weight") of the parameter; `nPowerIterations` (default 1): how many steps every
 * call in training takes; `eps` (default 1e-12); `dim` (default 0): the dimension of the outputs.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter or dimension, if it is normalized already, or for an unknown
 * option.
 *
 * @example
 * ```ts
 * const layer = utils.spectralNorm(new Linear(20, 40));
 * Object.keys(layer.stateDict()); // → ["bias", "weight_orig", "weight_u", "weight_v"]
 * ```
 *
 * Source: torch.nn.utils.spectral_norm.
 */
export function spectralNorm<M extends AnyModule>(module: M, options?: SpectralNormOptions): M {
  const operation = "spectralNorm";
  checkOptions(operation, options, { name: true, nPowerIterations: true, eps: true, dim: true });
  const { name = "weight", nPowerIterations = 1, eps = 1e-12, dim = 0 } = options ?? {};
  assertFactor(operation, "nPowerIterations", nPowerIterations);
  assertPositive(operation, "eps", eps);
  assertInteger(operation, "dim", dim);
  const fields = fieldsOf(operation, module);
  const known = normalized.get(module) ?? new Map<string, readonly [Normalization, RemoveHook]>();
  if (known.has(name)) throw new ArgumentError(operation, `${describeValue(name)} is normalized already`);
  const weight = parameterOf(operation, module, name);
  if (dim < 0 || dim >= weight.ndim) {
    throw new ArgumentError(operation, `dim is ${dim}`, { rule: `the parameter has ${weight.ndim} dimensions` });
  }
  const { dtype, backend } = weight;
  const [rows, columns] = [weight.shape[dim]!, weight.numel() / weight.shape[dim]!];
  const unit = (size: number): Buffer =>
    new Buffer(owned(() => normalize(randn([size], { dtype, backend }), { dim: 0, eps })));
  const [left, right] = [unit(rows), unit(columns)];
  const normalization = { name, steps: nPowerIterations, eps, dim };
  delete fields[name];
  fields[`${name}_orig`] = weight;
  fields[`${name}_u`] = left;
  fields[`${name}_v`] = right;
  const hook = (of: AnyModule): void => {
    fieldsOf(operation, of)[name] = compute(of, normalization, of.training);
  };
  fields[name] = weight.detach();
  const remove = (module as unknown as Module).registerForwardPreHook(hook);
  known.set(name, [normalization, remove]);
  normalized.set(module, known);
  return module;
}

/**
 * Makes a weight that {@link spectralNorm} replaced a parameter again, with the value that it has.
 *
 * @param module - the module.
 * @param name - of the parameter; default "weight".
 * @returns the module.
 * @throws ArgumentError unless the parameter is normalized.
 *
 * @example
 * ```ts
 * const layer = utils.removeSpectralNorm(utils.spectralNorm(new Linear(20, 40)));
 * Object.keys(layer.stateDict()); // → ["bias", "weight"]
 * ```
 *
 * Source: torch.nn.utils.remove_spectral_norm.
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = "weight"): M {
  const fields = fieldsOf("removeSpectralNorm", module);
  const found = normalized.get(module)?.get(name);
  if (found === undefined) {
    throw new ArgumentError("removeSpectralNorm", `${describeValue(name)} is not normalized`, {
      rule: "spectralNorm has replaced it",
    });
  }
  const [normalization, remove] = found;
  const weight = new Parameter(noGrad(() => compute(module, normalization, false)));
  remove();
  normalized.get(module)!.delete(name);
  for (const field of [name, `${name}_orig`, `${name}_u`, `${name}_v`]) delete fields[field];
  fields[name] = weight;
  return module;
}
