/**
 * Running statistics of a model whose weights were averaged.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { isModule } from "../../module/call-state.js";
import type { AnyModule, Module } from "../../module/module.js";

/** What data consist of: inputs, or lists that begin with an input. */
export type Batch = Tensor | readonly [Tensor, ...unknown[]];

/** A layer with running statistics, as batch normalization is. */
interface Normalizing {
  momentum: number | null;
  resetRunningStats(): void;
}

function isNormalizing(module: unknown): module is Normalizing {
  const layer = module as Partial<Normalizing>;
  return typeof layer.resetRunningStats === "function" && "momentum" in layer;
}

function inputOf(operation: string, batch: unknown): Tensor {
  const input: unknown = Array.isArray(batch) ? batch[0] : batch;
  if (input instanceof Tensor) return input;
  throw new ArgumentError(operation, `the data hold ${describeValue(batch)}`, {
    rule: "they are tensors, or lists that begin with a tensor",
  });
}

/** Prepares the layers. Returns a function that makes their settings what they were, or undefined if there are none. */
function prepare(operation: string, model: AnyModule): (() => void) | undefined {
  if (!isModule<AnyModule>(model)) throw new ArgumentError(operation, `${describeValue(model)} is not a module`);
  const layers = (model.modules() as readonly unknown[]).filter(isNormalizing);
  if (layers.length === 0) return undefined;
  const before = layers.map(({ momentum }) => momentum);
  const modes = model.modules().map((module) => [module, module.training] as const);
  for (const layer of layers) {
    layer.resetRunningStats();
    layer.momentum = null;
  }
  model.train();
  return () => {
    for (const [i, layer] of layers.entries()) layer.momentum = before[i]!;
    for (const [module, training] of modes) module.training = training;
  };
}

/**
 * Computes the running statistics of a model's batch normalizations anew, as averages over all data. Averaged weights
 * need it, because their statistics are not the average of statistics.
 *
 * It runs the model in training mode, without recording gradients. A model without such layers stays as it is, and the
 * data are not read. Layers with a method `resetRunningStats` and a field `momentum` count.
 *
 * @param loader - inputs, or lists that begin with an input.
 * @param model - the model.
 * @throws ArgumentError for data that are no tensors, or a value that is no module.
 *
 * @example
 * ```ts
 * const average = new utils.swaUtils.AveragedModel(new Linear(2, 1));
 * utils.swaUtils.updateBn([zeros([4, 2])], average);
 * ```
 *
 * Source: torch.optim.swa_utils.update_bn.
 */
export function updateBn(loader: Iterable<Batch>, model: AnyModule): void {
  const restore = prepare("updateBn", model);
  if (restore === undefined) return;
  try {
    for (const batch of loader) noGrad(() => void (model as unknown as Module)(inputOf("updateBn", batch)));
  } finally {
    restore();
  }
}

/**
 * Does what {@link updateBn} does with data that arrive one after another.
 *
 * @param loader - inputs, or lists that begin with an input, from something that may wait for them.
 * @param model - the model.
 * @throws what `updateBn` throws, as a rejection.
 *
 * @example
 * ```ts
 * await utils.swaUtils.updateBnAsync([zeros([4, 2])], new Linear(2, 1));
 * ```
 *
 * Source: torch.optim.swa_utils.update_bn.
 */
export async function updateBnAsync(loader: AsyncIterable<Batch> | Iterable<Batch>, model: AnyModule): Promise<void> {
  const restore = prepare("updateBnAsync", model);
  if (restore === undefined) return;
  try {
    for await (const batch of loader) {
      noGrad(() => void (model as unknown as Module)(inputOf("updateBnAsync", batch)));
    }
  } finally {
    restore();
  }
}
