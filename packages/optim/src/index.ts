/**
 * `@lucid/optim`: optimizers and learning-rate schedules.
 *
 * @packageDocumentation
 */
export {
  type Algorithm,
  defineAlgorithm,
  type StateNumber,
  type StateTensor,
  type TermAsTensor,
  type TermInFormulas,
  type Terms,
  type UpdateInputs,
  type UpdateOutputs,
  type WholeInputs,
} from "./algorithm.js";
export type { GroupOfParameters, ParameterGroup, ParametersToOptimize } from "./groups.js";
export { Optimizer } from "./optimizer.js";
export { Adadelta, type AdadeltaOptions } from "./optimizers/adadelta.js";
export { Adafactor, type AdafactorOptions } from "./optimizers/adafactor.js";
export { Adagrad, type AdagradOptions } from "./optimizers/adagrad.js";
export { Adam, type AdamOptions } from "./optimizers/adam.js";
export { Adamax, type AdamaxOptions } from "./optimizers/adamax.js";
export { AdamW } from "./optimizers/adamw.js";
export { ASGD, type ASGDOptions } from "./optimizers/asgd.js";
export { LAMB, type LAMBOptions } from "./optimizers/lamb.js";
export { LBFGS, type LBFGSOptions, type LBFGSState, type LBFGSStateDict } from "./optimizers/lbfgs/lbfgs.js";
export { Lion, type LionOptions } from "./optimizers/lion.js";
export { Muon, type MuonOptions } from "./optimizers/muon.js";
export { NAdam, type NAdamOptions } from "./optimizers/nadam.js";
export { RAdam, type RAdamOptions } from "./optimizers/radam.js";
export { RMSprop, type RMSpropOptions } from "./optimizers/rmsprop.js";
export { Rprop, type RpropOptions } from "./optimizers/rprop.js";
export { SGD, type SGDOptions } from "./optimizers/sgd.js";
export { SparseAdam, type SparseAdamOptions } from "./optimizers/sparse-adam.js";
export {
  decayRates,
  flag,
  integerFrom,
  nonNegative,
  type Option,
  type OptionTable,
  positive,
  real,
  type SomeOptions,
} from "./options.js";
export * from "./schedulers/index.js";
export * as lrScheduler from "./schedulers/index.js";
export type { OptimizerStateDict, ParameterGroupDict, ParameterStateDict } from "./state-dict.js";
export * as swaUtils from "./swa-utils.js";
