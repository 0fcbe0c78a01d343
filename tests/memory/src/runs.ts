/**
 * The runs, by name.
 *
 * @module
 */
import { backends, copies } from "./backends.js";
import { kept, large, small } from "./escaping.js";
import { loops, paces, runLoop } from "./loops.js";
import { peakResident } from "./resident.js";
import { asynchronous, synchronous } from "./training.js";

/** A run. It throws an error if it fails, and otherwise returns a description of what was measured. */
export type Run = () => string | Promise<string>;

const sweep: [string, Run][] = Object.keys(loops).flatMap((name) =>
  paces.map((pace): [string, Run] => [`${name}, ${pace}`, () => runLoop(name, pace, peakResident)]),
);

/** The runs. */
export const runs: Readonly<Record<string, Run>> = {
  "200,000 steps on a Sequential": () => synchronous(true),
  "200,000 steps on a forward, reading .grad": () => synchronous(false),
  "200,000 steps on a Sequential, awaiting": () => asynchronous(true, Infinity),
  "200,000 steps on a forward, awaiting": () => asynchronous(false, Infinity),
  "200,000 steps on a Sequential, awaiting, the event loop every 100": () => asynchronous(true, 100),
  "200,000 steps on a forward, awaiting, the event loop every 100": () => asynchronous(false, 100),
  "10,000 results kept": kept,
  "5,000,000 additions of 10 numbers": small,
  "2,000 additions of 4 MB": () => large(false),
  "2,000 additions of 4 MB, using": () => large(true),
  "40 backends dropped": () => backends(false),
  "40 backends closed": () => backends(true),
  "20 copies of the library dropped": () => copies(process.env.LUCID_BUNDLE!),
  ...Object.fromEntries(sweep),
};

/** Runs that are also made on the cpu backend, whose memory the engine manages. */
export const onCpu: readonly string[] = Object.keys(runs).filter((name) => name.endsWith(", synchronous"));
