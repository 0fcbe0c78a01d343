/**
 * The subject files whose functions become methods: all that they export (types aside) are functions with a tensor as
 * first parameter. A new subject file takes one line here; a new operation in one of them takes none.
 *
 * @module
 */
export * from "./arithmetic.js";
export * from "./casting.js";
export * from "./comparison.js";
export * from "./exponential.js";
export * from "./logic.js";
export * from "./sampling.js";
export * from "./special.js";
export * from "./triangular.js";
export * from "./trigonometry.js";
