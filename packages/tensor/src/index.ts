/**
 * `@lucid/tensor`: tensors, and their operations as functions and as methods.
 *
 * @packageDocumentation
 */
import "./methods.js";

export * from "./functions.js";
