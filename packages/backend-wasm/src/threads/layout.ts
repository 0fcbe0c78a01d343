/**
 * The part of the backend's memory in which threads communicate, below everything that the nursery allocates. Addresses
 * are in bytes. Words that different threads write are in different cache lines.
 *
 * @module
 */

/** The largest number of participants. */
export const MOST_THREADS = 32;

/** The largest number of chunks in a job. They are counted in 16 bits, and each has a word of {@link places.done}. */
export const MOST_CHUNKS = 1024;

const CONTROL = 65536;
const REGIONS = CONTROL + 256;
const WORKERS = REGIONS + MOST_THREADS * 64;
const DONE = WORKERS + MOST_THREADS * 64;
const MAIL = DONE + MOST_CHUNKS * 4;

/** The addresses. They are passed to workers, which import nothing. */
export interface Places {
  /** The number of the current job, on which workers wait. */
  readonly generation: number;
  /** The job: its kernel, the size of its work, the size of a chunk, and the distance between argument blocks. */
  readonly kernel: number;
  readonly size: number;
  readonly chunk: number;
  readonly blockBytes: number;
  readonly participants: number;
  /**
   * The mail: a number that is odd while it is written, the number of a kernel, the length of its bytes, and the bytes.
   */
  readonly mailTurn: number;
  readonly mailKernel: number;
  readonly mailLength: number;
  readonly mail: number;
  /**
   * A participant's region: the generation (32 bits), and the first and the end of its unclaimed chunks (16 bits each).
   */
  readonly regions: number;
  /** For every chunk, the last generation in which it was done. */
  readonly done: number;
  /** The words of a worker, at the offsets below. */
  readonly workers: number;
  /** Whether it has started. */
  readonly ready: number;
  /** The generation that it may be working on, or 0 if it is idle. */
  readonly busy: number;
  /** Whether it sleeps until it is notified. */
  readonly asleep: number;
  /** The number of chunks that it has done so far. */
  readonly count: number;
  /** The last kernel that it got from the mail. */
  readonly knows: number;
  /** The last kernel that it needed and did not find in the mail. This kernel must be sent again. */
  readonly lacks: number;
  /** The generation in which one of its chunks failed. */
  readonly failed: number;
  /** The address of the first argument block. */
  readonly block: number;
  /** The end of this part of memory. */
  readonly end: number;
}

/** The most bytes of a kernel that is sent to workers. */
export const MAIL_BYTES = 196608;

/** The distance between two regions, or between the words of two workers. */
export const LINE = 64;

/** The addresses. */
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
