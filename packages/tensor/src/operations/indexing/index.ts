/**
 * The operations of this folder that become methods. All exports of these files (types aside) are functions whose first
 * parameter is a tensor.
 *
 * @module
 */
export * from "./at.js";
export { gather, indexSelect, take } from "./gathering.js";
export * from "./index-add.js";
export * from "./index-put.js";
export {
  maskedFill,
  maskedFill_,
  maskedSelect,
  maskedSelectAsync,
} from "./masking.js";
export * from "./nonzero.js";
export * from "./scattering.js";
export * from "./writing.js";
export * from "./index-writing.js";
export * from "./putting.js";
export { type Reduction, type ScatterReduceOptions, scatterReduce } from "./scatter-reduce.js";
export * from "./searching.js";
export * from "./uniques.js";
