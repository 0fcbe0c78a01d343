/**
 * The subject files whose functions become methods: all that they export (types aside) are functions with a tensor as
 * first parameter. A new subject file takes one line here; a new operation in one of them takes none.
 *
 * @module
 */
export * from "./arithmetic.js";
export * from "./bounds.js";
export * from "./casting.js";
export * from "./comparison.js";
export * from "./division.js";
export * from "./exponential.js";
export * from "./extremes.js";
export * from "./gathering.js";
export * from "./indexing.js";
export * from "./logic.js";
export * from "./masking.js";
export * from "./matmul.js";
export * from "./ordering.js";
export * from "./parts.js";
export * from "./powers.js";
export * from "./reductions.js";
export * from "./rounding.js";
export * from "./sampling.js";
export * from "./scattering.js";
export * from "./shape.js";
export * from "./softmax.js";
export * from "./special.js";
export * from "./splitting.js";
export * from "./statistics.js";
export * from "./triangular.js";
export * from "./trigonometry.js";
export * from "./writing.js";
