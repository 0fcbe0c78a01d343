/** The pull of a point on a fit: the size of the derivative of its loss. */
import type { LossName } from "./protocol.js";

/** The pull at a residual r: |dℓ/dr|. */
export function pull(loss: LossName, residual: number, delta: number): number {
  const size = Math.abs(residual);
  switch (loss) {
    case "MSE":
      return 2 * size;
    case "L1":
      return size === 0 ? 0 : 1;
    case "Huber":
      return Math.min(size, delta);
    case "SmoothL1":
      return Math.min(size / delta, 1);
  }
}

/** The share, from 0 to 1, that the farthest 25% of the points have in the pull of all points. */
export function shareOfFarthest(loss: LossName, residuals: readonly number[], delta: number): number {
  const pulls = residuals.map((residual) => pull(loss, residual, delta)).sort((a, b) => b - a);
  const all = pulls.reduce((sum, value) => sum + value, 0);
  if (all === 0) return 0;
  return pulls.slice(0, Math.ceil(pulls.length / 4)).reduce((sum, value) => sum + value, 0) / all;
}
