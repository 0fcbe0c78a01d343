/**
 * The operations of this folder that become methods. All exports of these files (types aside) are functions whose first
 * parameter is a tensor.
 *
 * @module
 */
export * from "./diagonals.js";
export * from "./interleaving.js";
export * from "./permuting.js";
export * from "./repeating.js";
export * from "./reshaping.js";
export * from "./selecting.js";
export * from "./splitting.js";
export * from "./triangular.js";
export * from "./embedding.js";
export * from "./padding.js";
export * from "./rotating.js";
