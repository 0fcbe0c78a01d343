/**
 * What schedules that change the momentum need of an optimizer.
 *
 * @module
 */
import type { Scheduled } from "./lr-scheduler.js";

export const NEEDS_MOMENTUM = "the optimizer has neither momentum nor betas: pass { cycleMomentum: false }";

/** Whether all groups have a momentum, or `betas`. */
export function hasMomentum({ paramGroups }: Scheduled): boolean {
  return paramGroups.every(({ momentum, betas }) => momentum !== undefined || betas !== undefined);
}
