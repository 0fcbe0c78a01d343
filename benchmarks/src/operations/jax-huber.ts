/** The Huber loss in jax-js, which has none of its own. */
import type { Jax, JaxArray } from "../peers/jax.js";

/**
 * The mean Huber loss of residuals for δ = 1: c·(|r| − c/2) with c = min(|r|, 1). In jax-js, an array can be used once,
 * unless `.ref` is taken first.
 */
export function huberOf({ numpy: np }: Jax, residuals: JaxArray): JaxArray {
  const size = np.abs(residuals);
  const clipped = np.minimum(size.ref, 1);
  return np.mean(clipped.ref.mul(size.sub(clipped.mul(0.5))));
}
