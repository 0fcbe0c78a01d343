/**
 * Adam with decoupled weight decay.
 *
 * @module
 */

import type { Algorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import type { SomeOptions } from "../options.js";
import { type AdamOptions, adamAlgorithm } from "./adam.js";

const adamW: Algorithm<AdamOptions> = /* @__PURE__ */ adamAlgorithm("AdamW", 0.01, true);

/**
 * Adam whose weight decay (default 0.01) does not pass through the moments: `θ ← (1 − lr·λ)·θ` before Adam's step.
 * (torch.optim.AdamW)

 */
export class AdamW extends Optimizer<AdamOptions> {
  /**
   * Adam whose weight decay (default 0.01) does not pass through the moments: `θ ← (1 − lr·λ)·θ` before Adam's step.
   * (torch.optim.AdamW)
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new AdamW([w], { lr: 0.1, weightDecay: 0.5 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.85, 1.8])
   * ```
   */
  constructor(parameters: ParametersToOptimize<AdamOptions>, options?: SomeOptions<AdamOptions>) {
    super(adamW, parameters, options);
  }
}
