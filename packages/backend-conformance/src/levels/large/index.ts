/**
 * The level `large`: sizes that small cases do not reach. A kernel that computes only the first 65,536 elements, one
 * tile of a product, one block of results or sixteen scalars passes every other level.
 *
 * @module
 */
import type { Level } from "../../case.js";
import { largeBufferCases } from "./buffers.js";
import { largeLineCases } from "./lines.js";
import { largeMapCases } from "./map.js";
import { largeMatmulCases } from "./matmul.js";
import { largePickCases } from "./picks.js";
import { largeReduceCases } from "./reduce.js";

/** The level `large`. */
export const largeLevel: Level = {
  name: "large",
  cases: () => [
    ...largeBufferCases(),
    ...largeMapCases(),
    ...largeReduceCases(),
    ...largeMatmulCases(),
    ...largePickCases(),
    ...largeLineCases(),
  ],
};
