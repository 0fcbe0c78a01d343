/**
 * Functions over the parameters of modules.
 *
 * Source: torch.nn.utils.
 *
 * @module
 */
export { copyModule } from "../module/copy-module.js";
export * from "./gradients.js";
export * as parametrize from "./parametrize.js";
export * as prune from "./prune/index.js";
export * as rnn from "./rnn/index.js";
export * from "./spectral-norm.js";
export * as swaUtils from "./swa-utils/index.js";
export * from "./vector.js";
export * from "./weight-norm.js";
