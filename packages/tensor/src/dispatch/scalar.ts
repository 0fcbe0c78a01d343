/**
 * The scalars of a call: its numbers.
 *
 * @module
 */

/** A scalar of a call: a number, or, while a program is recorded, a number that every run computes anew. */
export type Scalar = number | HostNumber;

/**
 * A number of a recorded program, which has another value in every run. While a tracer records, it stands among the
 * scalars of calls, and only the tracer knows its value.
 */
export class HostNumber {
  /** The work on the host that computes this number. */
  readonly work: HostWork;
  /** The position of this number among those that the work computes. */
  readonly index: number;

  constructor(work: HostWork, index: number) {
    this.work = work;
    this.index = index;
  }
}

/** Work on the host that every run of a program repeats. */
export interface HostWork {
  /** How many numbers the work computes. */
  readonly count: number;
  /** Does the work. It is called once in every run, in the order of the program. */
  readonly run: () => readonly number[];
}
