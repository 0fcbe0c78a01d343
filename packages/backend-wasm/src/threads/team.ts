/**
 * A team of threads: the caller and workers, which share the chunks of a job.
 *
 * Each participant has its own region of the work, which is always the same part, so that data stay in its cache. A
 * participant that has finished its region takes chunks from the end of the others' regions. The caller waits for
 * chunks that have been claimed, and never for a worker that has claimed nothing. Workers are started when there has
 * been enough work to share. Until they have started, the caller works alone.
 *
 * @module
 */
import { BackendError, type View } from "@lucid/backend";
import { BLOCK, type Kernel } from "../kernel.js";
import type { Memory } from "../memory.js";
import { warnOnce } from "../warn.js";
import type { Engine } from "../webassembly.js";
import { type Claiming, claimingModule } from "./claim.js";
import { LINE, MAIL_BYTES, MOST_CHUNKS, places } from "./layout.js";
import { type Started, startWorker } from "./start.js";

/** By default, work of at least 3 µs is shared. A fork and join take less than 1 µs. */
const SHARE_FROM = 3000;
/** Workers are started after this many times the least shared work has come: 2 ms. */
const START = 700;
/**
 * Sleeping workers are woken for jobs of at least this many times the least shared work: 50 µs. Waking takes the caller
 * 10 µs.
 */
const WAKE = 16;
/** Workers are woken for shorter jobs too if these come within this many times their own duration. */
const CLOSELY = 3;
/** The least duration of a chunk in nanoseconds, and the most chunks for each participant. */
const SHORTEST_CHUNK = 5000;
const CHUNKS_EACH = 8;
/** How many milliseconds a worker looks for work before it sleeps. */
const PATIENCE = 0.1;
/** How often the caller checks for the end of a job before it also reads the clock: about 20 µs. */
const LOOKS = 2048;
/** A worker that has claimed chunks counts as dead after this many milliseconds and this many times the job's cost. */
const DEADLINE = 1000;
const DEADLINE_COSTS = 20;
/** The most time that counts between two readings of the clock, because the machine may have been suspended. */
const LONGEST_LOOK = 20;
/**
 * After waiting, the caller works alone for this many times the time lost. On a busy machine, waiting takes at most an
 * eighth of the time.
 */
const REST = 8;

const NEVER_UP =
  "wasm: computing on fewer threads, for a worker did not start; where a content security policy does not let workers start " +
  "from blob: addresses, give createWasmBackend the option workerUrl";

interface Scope {
  readonly performance: { now(): number };
}
const clock = (globalThis as unknown as Scope).performance;

/** A kernel in a team. */
interface Known {
  readonly id: number;
  /** The workers that have it, as bits. */
  workers: number;
}

interface Member {
  /** The indices of its words in an `Int32Array`. */
  readonly ready: number;
  readonly busy: number;
  readonly asleep: number;
  readonly count: number;
  readonly knows: number;
  readonly lacks: number;
  readonly failed: number;
  readonly bit: number;
  started: Started | undefined;
  isUp: boolean;
}

/** Options of a {@link Team}. */
export interface TeamOptions {
  /** The number of participants, including the caller. */
  readonly size: number;
  readonly workerUrl: string | undefined;
  readonly shareFrom: number | undefined;
}

/** Runs kernels on several threads. */
export class Team {
  /** Work of at least this many nanoseconds is shared. */
  readonly shareFrom: number;
  readonly #engine: Engine;
  readonly #memory: Memory;
  /** The number of participants. */
  readonly size: number;
  readonly #workerUrl: string | undefined;
  readonly #words: Int32Array;
  /** This is set when the workers are started, as are the members. */
  #claiming!: Claiming;
  readonly #members: Member[] = [];
  readonly #known = new WeakMap<Kernel, Known>();
  #canSleep = false;
  readonly #wakeFrom: number;
  /** The nanoseconds of work that could have been shared before workers were started. */
  #waiting = 0;
  /** Whether the current job wakes sleeping workers. */
  #wakes = false;
  /** The nanoseconds of work that was too short to wake workers, and the start of the time in which it came. */
  #missed = 0;
  #missedSince = 0;
  #generation = 0;
  #lastKernel = 0;
  #up = 0;
  /** The nanoseconds of work that the caller does alone from now on. */
  #rest = 0;

  constructor(engine: Engine, memory: Memory, { size, workerUrl, shareFrom = SHARE_FROM }: TeamOptions) {
    this.size = size;
    this.shareFrom = shareFrom;
    this.#engine = engine;
    this.#memory = memory;
    this.#workerUrl = workerUrl;
    this.#words = new Int32Array(memory.wasm.buffer, 0, places.end / 4);
    this.#wakeFrom = WAKE * shareFrom;
  }

  /** See `Platform.run`. */
  run(kernel: Kernel, size: number, step: number, cost: number, changes: View | undefined, blockBytes: number): void {
    if (cost < this.shareFrom || size <= step || !this.#isReady(cost)) {
      kernel.run(BLOCK, 0, size);
      return;
    }
    const most = Math.min(Math.max(Math.floor(cost / SHORTEST_CHUNK), this.size), this.size * CHUNKS_EACH, MOST_CHUNKS);
    const chunk = Math.ceil(size / most / step) * step;
    const chunks = Math.ceil(size / chunk);
    if (chunks < 2) kernel.run(BLOCK, 0, size);
    else this.#share(kernel, size, chunk, chunks, cost, changes, blockBytes);
  }

  /** Ends the workers. */
  close(): void {
    for (const member of this.#members) this.#dismiss(member);
  }

  /** Whether there are workers to share work with. */
  #isReady(cost: number): boolean {
    if (this.#members.length === 0) {
      this.#waiting += cost;
      if (this.#waiting >= START * this.shareFrom) this.#start();
      return false;
    }
    if (this.#rest > 0) {
      this.#rest -= cost;
      return false;
    }
    const words = this.#words;
    let awake = 0;
    let asleep = 0;
    for (let i = 0; i < this.#members.length; i++) {
      const member = this.#members[i]!;
      if (!member.isUp) {
        if (member.started === undefined || Atomics.load(words, member.ready) === 0) continue;
        member.isUp = true;
        this.#up |= member.bit;
      }
      if (Atomics.load(words, member.asleep) === 0) awake++;
      else asleep++;
    }
    this.#wakes = asleep > 0 && (cost >= this.#wakeFrom || this.#followsClosely(cost));
    return awake > 0 || this.#wakes;
  }

  /** Whether jobs that are too short to wake workers have recently taken most of the time. */
  #followsClosely(cost: number): boolean {
    const now = clock.now();
    if ((now - this.#missedSince) * 1e6 > CLOSELY * (this.#missed + this.#wakeFrom)) {
      this.#missedSince = now;
      this.#missed = 0;
    }
    this.#missed += cost;
    if (this.#missed < this.#wakeFrom) return false;
    this.#missed = 0;
    return true;
  }

  #start(): void {
    forgotten.register(this, this.#members);
    this.#canSleep = canSleep();
    const { wasm, maximum } = this.#memory;
    const claiming = claimingModule(maximum);
    const module = new this.#engine.Module(claiming);
    this.#claiming = new this.#engine.Instance(module, { e: { m: wasm } }).exports as unknown as Claiming;
    for (let self = 1; self < this.size; self++) {
      const own = places.workers + self * LINE;
      const at = (offset: number): number => (own + offset) / 4;
      const member: Member = {
        ready: at(places.ready),
        busy: at(places.busy),
        asleep: at(places.asleep),
        count: at(places.count),
        knows: at(places.knows),
        lacks: at(places.lacks),
        failed: at(places.failed),
        bit: 1 << (self - 1),
        started: undefined,
        isUp: false,
      };
      this.#members.push(member);
      const participant = { memory: wasm, claiming, places, self, patience: PATIENCE };
      // The worker must not keep the team reachable, because the workers of an unreachable team are ended.
      const team = new WeakRef(this);
      try {
        member.started = startWorker(participant, this.#workerUrl, (failed) => {
          const still = team.deref();
          if (still === undefined) return;
          if (failed && Atomics.load(still.#words, member.ready) === 0) warnOnce(NEVER_UP);
          still.#dismiss(member);
        });
      } catch (error) {
        warnOnce(`wasm: computing on one thread, for workers cannot be started: ${String(error)}`);
        return;
      }
    }
  }

  /** Removes a worker from the team. */
  #dismiss(member: Member): void {
    member.started?.terminate();
    member.started = undefined;
    member.isUp = false;
    this.#up &= ~member.bit;
  }

  #share(
    kernel: Kernel,
    size: number,
    chunk: number,
    chunks: number,
    cost: number,
    changes: View | undefined,
    blockBytes: number,
  ): void {
    const known = this.#knownOf(kernel);
    if (!this.#passOn(kernel, known)) {
      kernel.run(BLOCK, 0, size);
      return;
    }
    const words = this.#words;
    this.#generation = (this.#generation + 1) | 0 || 1;
    const generation = this.#generation;
    Atomics.store(words, places.kernel / 4, known.id);
    words[places.size / 4] = size;
    words[places.chunk / 4] = chunk;
    words[places.blockBytes / 4] = blockBytes;
    words[places.participants / 4] = this.size;
    this.#openRegions(generation, chunks);
    const before = this.#counted();
    Atomics.store(words, places.generation / 4, generation);
    if (this.#wakes) Atomics.notify(words, places.generation / 4);
    const mine = this.#work(kernel, generation, size, chunk);
    if (!this.#wait(generation, chunks - mine, before, cost)) this.#recover(kernel, generation, size, chunk, changes);
    for (let i = 0; i < this.#members.length; i++) {
      const member = this.#members[i]!;
      if ((known.workers & member.bit) === 0 && Atomics.load(words, member.knows) === known.id) {
        known.workers |= member.bit;
      }
    }
  }

  #knownOf(kernel: Kernel): Known {
    let known = this.#known.get(kernel);
    if (known === undefined) {
      known = { id: ++this.#lastKernel, workers: 0 };
      this.#known.set(kernel, known);
    }
    for (let i = 0; i < this.#members.length; i++) {
      const { lacks, bit } = this.#members[i]!;
      if (Atomics.load(this.#words, lacks) === known.id) {
        Atomics.store(this.#words, lacks, 0);
        known.workers &= ~bit;
      }
    }
    return known;
  }

  /** Makes the kernel available to all workers. */
  #passOn({ module }: Kernel, { id, workers }: Known): boolean {
    const words = this.#words;
    if ((workers & this.#up) === this.#up || words[places.mailKernel / 4] === id) return true;
    const { bytes } = module;
    if (bytes.length > MAIL_BYTES) return false;
    Atomics.add(words, places.mailTurn / 4, 1);
    new Uint8Array(words.buffer, places.mail, bytes.length).set(bytes);
    Atomics.store(words, places.mailLength / 4, bytes.length);
    Atomics.store(words, places.mailKernel / 4, id);
    Atomics.add(words, places.mailTurn / 4, 1);
    return true;
  }

  /** Divides the chunks among the present participants. Each gets the same part every time. */
  #openRegions(generation: number, chunks: number): void {
    let present = 1;
    for (let i = 0; i < this.#members.length; i++) if (this.#members[i]!.isUp) present++;
    let place = 0;
    let first = 0;
    for (let participant = 0; participant < this.size; participant++) {
      const takesPart = participant === 0 || this.#members[participant - 1]!.isUp;
      const end = takesPart ? Math.floor((++place * chunks) / present) : first;
      this.#claiming.open(places.regions + participant * LINE, generation, first, end);
      first = end;
    }
  }

  /** The number of chunks that workers have done so far, in all jobs. */
  #counted(): number {
    let sum = 0;
    for (let i = 0; i < this.#members.length; i++) {
      const member = this.#members[i]!;
      // A worker that has just started may already take part.
      if (member.started !== undefined) sum += Atomics.load(this.#words, member.count);
    }
    return sum | 0;
  }

  /** Does the caller's part and returns its number of chunks. If it fails, no more chunks can be claimed. */
  #work(kernel: Kernel, generation: number, size: number, chunk: number): number {
    const { claim } = this.#claiming;
    let mine = 0;
    for (let region = 0; region < this.size; region++) {
      const address = places.regions + region * LINE;
      for (;;) {
        const claimed = claim(address, generation, region === 0 ? 1 : 0);
        if (claimed < 0) break;
        const begin = claimed * chunk;
        try {
          kernel.run(BLOCK, begin, Math.min(begin + chunk, size));
        } catch (error) {
          this.#abandon(generation);
          throw error;
        }
        this.#words[places.done / 4 + claimed] = generation;
        mine++;
      }
    }
    return mine;
  }

  /** Ends a job of which a chunk has failed here. Workers finish the chunks that they have claimed. */
  #abandon(generation: number): void {
    for (let region = 0; region < this.size; region++) {
      while (this.#claiming.claim(places.regions + region * LINE, generation, 1) >= 0);
    }
    const since = clock.now();
    for (const member of this.#members) {
      while (member.started !== undefined && Atomics.load(this.#words, member.busy) === generation) {
        if (clock.now() - since > DEADLINE) this.#dismiss(member);
      }
    }
  }

  /** Waits until workers have done `chunks` chunks. Returns false if a worker failed or counts as dead. */
  #wait(generation: number, chunks: number, before: number, cost: number): boolean {
    if (((this.#counted() - before) | 0) >= chunks) return true;
    let waited = 0;
    let last = clock.now();
    const since = last;
    for (let looks = 1; ((this.#counted() - before) | 0) < chunks; looks++) {
      if (looks % LOOKS !== 0) continue;
      const now = clock.now();
      waited += Math.min(now - last, LONGEST_LOOK);
      last = now;
      for (const member of this.#members) {
        if (Atomics.load(this.#words, member.failed) === generation) return false;
      }
      if (waited > DEADLINE + (DEADLINE_COSTS * cost) / 1e6) return false;
      // The worker may be waiting for this processor.
      if (waited > 0.2 && this.#canSleep) Atomics.wait(this.#words, places.generation / 4, generation, 0.05);
    }
    const lost = (clock.now() - since) * 1e6;
    // With a limit of 0, everything is shared.
    if (this.shareFrom > 0 && lost > cost / this.size) this.#rest = REST * lost;
    return true;
  }

  /**
   * Does the chunks again that workers have claimed and not done.
   *
   * @throws BackendError if the work may have overwritten its own inputs.
   */
  #recover(kernel: Kernel, generation: number, size: number, chunk: number, changes: View | undefined): void {
    const words = this.#words;
    for (const member of this.#members) {
      if (Atomics.load(words, member.busy) !== generation) continue;
      this.#dismiss(member);
      // This wait gives the worker time to end.
      if (this.#canSleep) Atomics.wait(words, places.generation / 4, generation, 50);
    }
    if (changes !== undefined) {
      const tensor = `${changes.dtype} [${changes.shape.join(", ")}]`;
      throw new BackendError("wasm", `a thread was lost while it changed a tensor in place: ${tensor}`, ["wasm"], {
        rule: "some of its values are lost",
        remedy: "assign all of its values anew; everything else is unchanged, and the other threads continue",
      });
    }
    for (let begin = 0; begin < size; begin += chunk) {
      if (words[places.done / 4 + begin / chunk] !== generation)
        kernel.run(BLOCK, begin, Math.min(begin + chunk, size));
    }
  }
}

/** Ends the workers of teams that are unreachable. */
const forgotten = new FinalizationRegistry<readonly Member[]>((members) => {
  for (const { started } of members) started?.terminate();
});

/** Whether this thread may block. The main thread of a page may not. */
function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
