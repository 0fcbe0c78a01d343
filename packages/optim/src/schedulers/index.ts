/**
 * Learning-rate schedules, which PyTorch has in `torch.optim.lr_scheduler`.
 *
 * @module
 */
export { ChainedScheduler, type ChainedSchedulerStateDict } from "./chained-scheduler.js";
export { ConstantLR, type ConstantLROptions } from "./constant-lr.js";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosine-annealing-lr.js";
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosine-annealing-warm-restarts.js";
export { CyclicLR, type CyclicLROptions } from "./cyclic-lr.js";
export { ExponentialLR } from "./exponential-lr.js";
export { LambdaLR, type LRLambda } from "./lambda-lr.js";
export { LinearLR, type LinearLROptions } from "./linear-lr.js";
export {
  LRScheduler,
  type ResumeOptions,
  type Schedule,
  type Scheduled,
  type ScheduledGroup,
  type ScheduleInputs,
  type ScheduleStateDict,
} from "./lr-scheduler.js";
export { MultiStepLR, type MultiStepLROptions } from "./multi-step-lr.js";
export { MultiplicativeLR } from "./multiplicative-lr.js";
export { OneCycleLR, type OneCycleLROptions } from "./one-cycle-lr.js";
export type { PerGroup } from "./per-group.js";
export { PolynomialLR, type PolynomialLROptions } from "./polynomial-lr.js";
export {
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  type ReduceLROnPlateauStateDict,
} from "./reduce-lr-on-plateau.js";
export { SequentialLR, type SequentialLRStateDict } from "./sequential-lr.js";
export type { Steppable, Waiting } from "./several.js";
export { StepLR, type StepLROptions } from "./step-lr.js";
