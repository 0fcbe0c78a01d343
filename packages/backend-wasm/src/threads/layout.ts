/**
 * Where threads meet in the backend's memory, below everything that the nursery hands out. Addresses are in bytes; what
 * threads write is a cache line apart.
 *
 * @module
 */

/** More participants than this are not supported. */
export const MOST_THREADS = 32;

/** Chunks of a job at most: they are counted in 16 bits, and each has a word of {@link places.done}. */
export const MOST_CHUNKS = 1024;

const CONTROL = 65536;
const REGIONS = CONTROL + 256;
const WORKERS = REGIONS + MOST_THREADS * 64;
const DONE = WORKERS + MOST_THREADS * 64;
const MAIL = DONE + MOST_CHUNKS * 4;

/** Where things are. Passed on to workers, which import nothing. */
export interface Places {
  /** The number of the current job, on which workers wait. */
  readonly generation: number;
  /** The job: which kernel, how much work, how much of it in a chunk, and from one argument block to the next. */
  readonly kernel: number;
  readonly size: number;
  readonly chunk: number;
  readonly blockBytes: number;
  readonly participants: number;
  /** A kernel's bytes: a number that is odd while they are written; whose they are; how many; they themselves. */
  readonly mailTurn: number;
  readonly mailKernel: number;
  readonly mailLength: number;
  readonly mail: number;
  /** A participant's share of the chunks: generation (32 bits), first and end (16 bits each) of what nobody has claimed. */
  readonly regions: number;
  /** By chunk, the last generation in which it was done. */
  readonly done: number;
  /** A worker's words, at the offsets below. */
  readonly workers: number;
  /** It is up. */
  readonly ready: number;
  /** The generation in which it may be at work; 0: at rest. */
  readonly busy: number;
  /** It waits to be notified. */
  readonly asleep: number;
  /** How many chunks it has done so far. */
  readonly count: number;
  /** The last kernel that it found in the mail. */
  readonly knows: number;
  /** The last kernel that it lacked and did not find in the mail: it has to be passed on again. */
  readonly lacks: number;
  /** The generation in which one of its chunks failed. */
  readonly failed: number;
  /** The first argument block. */
  readonly block: number;
  /** The end of all. */
  readonly end: number;
}

/** Longer kernels are not passed on. */
export const MAIL_BYTES = 196608;

/** From one region, or worker's words, to the next. */
export const LINE = 64;

/** The places. */
export const places: Places = {
  generation: CONTROL,
  kernel: CONTROL + 64,
  size: CONTROL + 68,
  chunk: CONTROL + 72,
  blockBytes: CONTROL + 76,
  participants: CONTROL + 80,
  mailTurn: CONTROL + 128,
  mailKernel: CONTROL + 132,
  mailLength: CONTROL + 136,
  mail: MAIL,
  regions: REGIONS,
  done: DONE,
  workers: WORKERS,
  ready: 0,
  busy: 4,
  asleep: 8,
  count: 12,
  knows: 16,
  lacks: 20,
  failed: 24,
  block: 1024,
  end: MAIL + MAIL_BYTES,
};
