/**
 * Averaging of weights, which PyTorch has in `torch.optim.swa_utils`.
 *
 * @module
 */
export { SWALR, type SWALROptions } from "./schedulers/swa-lr.js";
