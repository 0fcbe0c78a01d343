/**
 * The levels in their order: each builds on what those before it have shown to work.
 *
 * @module
 */
import type { Level } from "../case.js";
import { buffersLevel } from "./buffers.js";
import { gatherScatterLevel } from "./gather-scatter.js";
import { mapLevel } from "./map.js";
import { matmulLevel } from "./matmul.js";
import { reduceLevel } from "./reduce.js";
import { scanLevel } from "./scan.js";
import { sortLevel } from "./sort.js";

/** All levels. */
export const levels: readonly Level[] = [
  buffersLevel,
  mapLevel,
  reduceLevel,
  matmulLevel,
  gatherScatterLevel,
  scanLevel,
  sortLevel,
];
