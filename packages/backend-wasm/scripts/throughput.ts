/**
 * Elements a second of every transcendental function, on one thread, arrays of 16 K elements in cache:
 * `npx tsx --conditions=@lucid/source packages/backend-wasm/scripts/throughput.ts [names…]`.
 */

import { detectFeatures } from "../src/features.js";
import { transcendental } from "../src/math/transcendental/index.js";
import { findEngine } from "../src/webassembly.js";
import { vectorKernel } from "./accuracy/kernel.js";
import { tableNames } from "./accuracy/tables.js";

const SIZE = 1 << 14;
const fused = detectFeatures(findEngine()!).relaxed;
const asked = process.argv.slice(2);
for (const name of tableNames) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const cells = (["float32", "float64"] as const).map((dtype) => {
    const times = 300;
    const arity = name === "pow" || name === "atan2" ? 2 : 1;
    const apply = vectorKernel(transcendental[name][dtype], arity, SIZE, { times, fused });
    const a = (dtype === "float32" ? new Float32Array(SIZE) : new Float64Array(SIZE)) as Float64Array;
    for (let i = 0; i < SIZE; i++) a[i] = name === "acosh" ? 1 + i / SIZE : ((i * 7919) % SIZE) / SIZE + 0.001;
    let best = Infinity;
    for (let round = 0; round < 7; round++) {
      const start = performance.now();
      apply(a, a);
      best = Math.min(best, performance.now() - start);
    }
    return (SIZE * times) / best / 1e6;
  });
  console.log(name.padEnd(6), ...cells.map((speed) => `${speed.toFixed(3)} G/s`));
}
