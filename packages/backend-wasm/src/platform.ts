/**
 * The platform of a backend: building, compiling and running kernels.
 *
 * @module
 */
import { KernelBudget } from "@lucid/backend/kit";
import { ModuleBuilder } from "./assembler/module.js";
import type { EngineFeatures } from "./features.js";
import { BLOCK, type Kernel, type Platform } from "./kernel.js";
import type { Memory } from "./memory.js";
import type { Team } from "./threads/team.js";
import type { Engine } from "./webassembly.js";

/**
 * The memory of a kernel: a fixed part, and a part for each byte of its code. Measured on Node 20: 40 KB for 700 bytes.
 */
const BYTES = 32 << 10;
const BYTES_PER_BYTE = 12;

/**
 * The platform of a backend. It is a class because every call reads `words` several times, and V8 inlines a getter of a
 * class, but not one of an object literal.
 */
export class WasmPlatform implements Platform {
  readonly memory: Memory;
  readonly features: EngineFeatures;
  readonly budget: KernelBudget = new KernelBudget();
  readonly threads: number;
  readonly shareFrom: number;
  readonly run: Platform["run"];
  readonly #engine: Engine;

  constructor(engine: Engine, features: EngineFeatures, memory: Memory, team: Team | undefined) {
    this.memory = memory;
    this.features = features;
    this.threads = team?.size ?? 1;
    this.shareFrom = team?.shareFrom ?? Infinity;
    this.run =
      team === undefined
        ? (kernel, size) => kernel.run(BLOCK, 0, size)
        : (kernel, size, step, cost, changes, blockBytes = 0) =>
            team.run(kernel, size, step, cost, changes, blockBytes);
    this.#engine = engine;
  }

  get words(): Int32Array {
    return this.memory.views.int32;
  }

  get numbers(): Float64Array {
    return this.memory.views.float64;
  }

  newModule(): ModuleBuilder {
    const { shared, maximum } = this.memory;
    return new ModuleBuilder({ memory: { shared, maximum }, relaxed: this.features.relaxed });
  }

  kernel(builder: ModuleBuilder): Kernel {
    const module = builder.finish();
    this.budget.spend(BYTES + module.bytes.length * BYTES_PER_BYTE);
    const functions: Record<string, (...values: number[]) => number> = {};
    for (const { name, run } of module.host) functions[name] = run;
    const { Instance, Module } = this.#engine;
    const { exports } = new Instance(new Module(module.bytes), { e: { m: this.memory.wasm }, h: functions });
    return { run: exports.run as unknown as Kernel["run"], module };
  }
}
