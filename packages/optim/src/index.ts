/**
 * `@lucid/optim`: optimizers and learning-rate schedules.
 *
 * @packageDocumentation
 */
export { Adam, type AdamOptions } from "./adam.js";
export { AdamW } from "./adamw.js";
export {
  type Algorithm,
  defineAlgorithm,
  type TermInFormulas,
  type Terms,
  type UpdateInputs,
  type UpdateOutputs,
} from "./algorithm.js";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosine-annealing-lr.js";
export type { GroupOfParameters, ParameterGroup, ParametersToOptimize } from "./groups.js";
export { Optimizer } from "./optimizer.js";
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
export {
  LRScheduler,
  type ResumeOptions,
  type Schedule,
  type Scheduled,
  type ScheduleInputs,
  type ScheduleStateDict,
} from "./schedule.js";
export { SGD, type SGDOptions } from "./sgd.js";
export type { OptimizerStateDict, ParameterGroupDict, ParameterStateDict } from "./state-dict.js";
export { StepLR, type StepLROptions } from "./step-lr.js";
