/**
 * Initializers. They fill a tensor in place, without recording it for `backward`, and return it.
 *
 * Source: torch.nn.init.
 *
 * @module
 */
export * from "./fill.js";
export * from "./scaling.js";
export * from "./structured.js";
export * from "./truncated.js";
