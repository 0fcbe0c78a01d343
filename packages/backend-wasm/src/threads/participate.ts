/**
 * The program of a worker. The function is converted to text and runs in another thread, so it uses only its argument
 * and what every JavaScript engine has.
 *
 * @module
 */
import type { WasmMemory } from "../webassembly.js";
import type { Places } from "./layout.js";

/** The data that a worker gets at its start. */
export interface Participant {
  readonly memory: WasmMemory;
  /** The bytes of `claimingModule`. */
  readonly claiming: Uint8Array;
  readonly places: Places;
  /** Its number among the participants: 1, 2, … The caller is 0. */
  readonly self: number;
  /** How many milliseconds it looks for work before it sleeps. */
  readonly patience: number;
}

/** Takes part in all coming jobs. It never returns. */
export function participate({ memory, claiming, places, self, patience }: Participant): void {
  interface Engine {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: object,
    ) => { readonly exports: Readonly<Record<string, (a: number, b: number, c: number) => number>> };
  }
  interface Scope {
    readonly WebAssembly: Engine;
    readonly performance: { now(): number };
  }
  const { WebAssembly, performance } = globalThis as unknown as Scope;
  const MOST_KERNELS = 4096;
  const words = new Int32Array(memory.buffer, 0, places.end / 4);
  const own = places.workers + self * 64;
  const ready = (own + places.ready) / 4;
  const busy = (own + places.busy) / 4;
  const asleep = (own + places.asleep) / 4;
  const count = (own + places.count) / 4;
  const knows = (own + places.knows) / 4;
  const lacks = (own + places.lacks) / 4;
  const failed = (own + places.failed) / 4;
  const current = places.generation / 4;
  // The functions of the host that kernels call: scalar operations in float64, for rare arguments.
  const host = {
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    rem(a: number, b: number): number {
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    },
  };
  const environment = { e: { m: memory }, h: host };
  const { claim } = new WebAssembly.Instance(new WebAssembly.Module(claiming), environment).exports;
  const kernels = new Map<number, (block: number, begin: number, end: number) => void>();

  // These are methods, because compilers wrap functions that are assigned to variables in helpers, which the text does
  // not include.
  const worker = {
    /** The last job that was seen. */
    seen: 0,

    /** Reads a kernel from the mail, unless the mail is being written. */
    receive(kernel: number): void {
      const turn = Atomics.load(words, places.mailTurn / 4);
      if ((turn & 1) === 1 || Atomics.load(words, places.mailKernel / 4) !== kernel) {
        Atomics.store(words, lacks, kernel);
        return;
      }
      if (!kernels.has(kernel)) {
        const bytes = new Uint8Array(words[places.mailLength / 4]!);
        bytes.set(new Uint8Array(memory.buffer, places.mail, bytes.length));
        if (Atomics.load(words, places.mailTurn / 4) !== turn) return;
        const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), environment).exports;
        if (kernels.size >= MOST_KERNELS) kernels.clear();
        kernels.set(kernel, run as unknown as (block: number, begin: number, end: number) => void);
      }
      Atomics.store(words, knows, kernel);
    },

    /** Does the chunks of a job that can be claimed. */
    work(generation: number): void {
      const kernel = Atomics.load(words, places.kernel / 4);
      const known = kernels.get(kernel);
      if (known === undefined || Atomics.load(words, places.mailKernel / 4) === kernel) worker.receive(kernel);
      const run = known ?? kernels.get(kernel);
      if (run === undefined) return;
      const size = words[places.size / 4]!;
      const chunkSize = words[places.chunk / 4]!;
      const participants = words[places.participants / 4]!;
      const block = places.block + self * words[places.blockBytes / 4]!;
      // Claims succeed only as long as the job is the one that was read above.
      Atomics.store(words, busy, generation);
      for (let i = 0; i < participants; i++) {
        const region = places.regions + ((self + i) % participants) * 64;
        for (;;) {
          const chunk = claim!(region, generation, i === 0 ? 1 : 0);
          if (chunk < 0) break;
          try {
            const begin = chunk * chunkSize;
            run(block, begin, Math.min(begin + chunkSize, size));
          } catch {
            Atomics.store(words, failed, generation);
            Atomics.store(words, busy, 0);
            return;
          }
          Atomics.store(words, places.done / 4 + chunk, generation);
          Atomics.add(words, count, 1);
        }
      }
      Atomics.store(words, busy, 0);
    },

    /** Waits for another job. */
    next(): number {
      const since = performance.now();
      for (let turn = 1; ; turn++) {
        const generation = Atomics.load(words, current);
        if (generation !== worker.seen) return generation;
        if ((turn & 63) === 0 && performance.now() - since > patience) break;
      }
      Atomics.store(words, asleep, 1);
      while (Atomics.load(words, current) === worker.seen) Atomics.wait(words, current, worker.seen);
      Atomics.store(words, asleep, 0);
      return Atomics.load(words, current);
    },
  };

  Atomics.store(words, ready, 1);
  for (;;) {
    worker.seen = worker.next();
    try {
      worker.work(worker.seen);
    } catch {
      // A kernel cannot be compiled here, and other participants do its work.
    }
  }
}
