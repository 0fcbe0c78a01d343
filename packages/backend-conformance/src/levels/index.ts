/**
 * The levels in their order. Each one relies on what the levels before it have tested.
 *
 * @module
 */
import type { ConformanceCase, Level } from "../case.js";
import { aliasingLevel } from "./aliasing.js";
import { buffersLevel } from "./buffers.js";
import { errorsLevel } from "./errors.js";
import { fusedLevel } from "./fused.js";
import { gatherScatterLevel } from "./gather-scatter.js";
import { gradientsLevel } from "./gradients.js";
import { largeLevel } from "./large/index.js";
import { mapLevel } from "./map.js";
import { matmulLevel } from "./matmul.js";
import { randomLevel } from "./random.js";
import { reduceLevel } from "./reduce.js";
import { scanLevel } from "./scan.js";
import { sortLevel } from "./sort.js";
import { trainingLevel } from "./training.js";
import { unchangedLevel } from "./unchanged.js";

/** All levels. */
export const levels: readonly Level[] = [
  buffersLevel,
  mapLevel,
  reduceLevel,
  matmulLevel,
  gatherScatterLevel,
  scanLevel,
  sortLevel,
  randomLevel,
  largeLevel,
  fusedLevel,
  aliasingLevel,
  unchangedLevel,
  gradientsLevel,
  trainingLevel,
  errorsLevel,
];

/**
 * Returns all cases, level by level. A case throws an error that says what is wrong; its `run` returns a promise.
 *
 * @example
 * ```ts
 * const one = conformanceCases().find(({ name }) => name === "map › add › float32 › transposed")!;
 * one.level; // → "map"
 * await one.run(createCpuBackend()); // → undefined
 * ```
 */
export function conformanceCases(): readonly ConformanceCase[] {
  return levels.flatMap((level) => level.cases());
}
