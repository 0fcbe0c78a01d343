/**
 * `@lucid/tensor`: tensors, and their operations as functions and as methods.
 *
 * @packageDocumentation
 */
import "./methods.js";

export * from "./core.js";
export type { FormulaMethods, InPlaceMethods, Methods } from "./methods.js";
