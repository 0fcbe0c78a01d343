/**
 * Pruning: parameters are multiplied by masks, so that some of their elements are 0.
 *
 * Source: torch.nn.utils.prune.
 *
 * @module
 */
export { customFromMask, identity, isPruned, remove } from "./mask.js";
export type { PruningAmount, ScoreOptions } from "./methods.js";
export {
  type GlobalOptions,
  globalUnstructured,
  l1Unstructured,
  lnStructured,
  randomStructured,
  randomUnstructured,
} from "./methods.js";
