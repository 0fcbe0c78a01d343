/** The runs, by name. */
import { kept, large, small } from "./escaping.js";
import { asynchronous, synchronous } from "./training.js";

/** Throws where a run fails; otherwise says what was measured. */
export const runs: Readonly<Record<string, () => string | Promise<string>>> = {
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
};
