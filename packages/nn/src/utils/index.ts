/**
 * Functions over the parameters of modules.
 *
 * Source: torch.nn.utils.
 *
 * @module
 */
export * from "./gradients.js";
export * as parametrize from "./parametrize.js";
export * as prune from "./prune/index.js";
export * as rnn from "./rnn/index.js";
export * from "./spectral-norm.js";
export * from "./vector.js";
export * from "./weight-norm.js";
