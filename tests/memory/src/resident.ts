/**
 * Resident memory of a long run.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { getHeapSpaceStatistics } from "node:v8";

const MB = 1e6;

/** The most memory that has been resident in this process. */
export function peakResident(): number {
  // On Linux, Node's figure includes the memory that the parent had when it started this process.
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
}

/**
 * The size of V8's space for new objects in bytes. V8 enlarges it in a few steps, up to 48 MB, whatever the program
 * keeps.
 */
const newSpace = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!.physical_space_size;

/** The most bytes by which a run may grow after its start, and from its first half to its second. */
const GROWTH = 24 * MB;
const DRIFT = 8 * MB;

/** The result of {@link watchResident}. */
export interface ResidentMemory {
  /** Samples the memory. The program calls it from time to time, for the first time when it has warmed up. */
  sample(): void;
  /** Throws an error unless the memory stayed flat. Otherwise returns a description of the measurement. */
  flat(): string;
}

export function watchResident(): ResidentMemory {
  const samples: number[] = [];
  const megabytes = (bytes: number): string => (bytes / MB).toFixed(0);
  return {
    sample: () => void samples.push(process.memoryUsage.rss() - newSpace()),
    flat: () => {
      const half = samples.length >> 1;
      const [beginning] = samples as [number];
      const first = Math.max(...samples.slice(0, half));
      const second = Math.max(...samples.slice(half));
      const course = samples.map(megabytes).join(" ");
      if (Math.max(first, second) - beginning > GROWTH || second - first > DRIFT) {
        throw new Error(`resident memory without V8's space for new objects grows: ${course} MB`);
      }
      return `resident without V8's space for new objects: ${megabytes(beginning)} MB after the beginning, then at most ${megabytes(Math.max(first, second))}`;
    },
  };
}
