/**
 * Averages of weights.
 *
 * Source: torch.optim.swa_utils.
 *
 * @module
 */
export {
  type AverageFunction,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAverageFunction,
} from "./average.js";
export * from "./averaged-model.js";
export * from "./update-bn.js";
