/**
 * `@lucid/backend/kit`: parts that several backends are built from. A backend needs none of them to be complete; they
 * save work where kernels are generated, cached and run over loops.
 *
 * @packageDocumentation
 */
export { copyFromHost } from "./host-copy.js";
export { KernelBudget } from "./kernel-budget.js";
export { type Lines, linesAlong, type Strided, shortestSteps } from "./lines.js";
export { collapse, followMemory, type LoopNest, mergeLoops } from "./loops.js";
export { areContiguous, type Operands, operandsRead, stridesOf, widthsOf } from "./operands.js";
export {
  createPlans,
  createReducePlans,
  MOST_KERNELS,
  type Plans,
  type ReducePlans,
  remember,
} from "./plans.js";
export { multiplyingStored, type ProductMembers } from "./stored-products.js";
export { accumulatedType, keptStepsAreShorter, type ReductionLoops, reductionLoops } from "./reductions.js";
