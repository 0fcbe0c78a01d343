/**
 * What the arithmetic of shaders guarantees.
 *
 * @module
 */
import type { Precision } from "@lucid/backend";

/**
 * Functions whose errors exceed 2 units in the last place: division and square root as WGSL promises them, the others as
 * measured (docs/accuracy.md), rounded up.
 */
export const precision: Precision = {
  subnormals: false,
  contraction: true,
  ulp: { div: 2.5, sqrt: 4, tan: 4, sin: 2.5, cos: 2.5, atan: 2.5, atan2: 3, log1p: 2.5, erf: 2.5, pow: 5 },
};
