/** Resident memory of a long run, sampled as it goes. */

const MB = 1e6;

/** A run may grow by so many bytes after its beginning, and from its first to its second half. */
const GROWTH = 24 * MB;
const DRIFT = 8 * MB;

/** What {@link watchResident} gives. */
export interface ResidentMemory {
  /** To be called now and then, the first time when the beginning is over. */
  sample(): void;
  /** Throws unless the memory stayed flat; otherwise says what it was. */
  flat(): string;
}

export function watchResident(): ResidentMemory {
  const samples: number[] = [];
  const megabytes = (bytes: number): string => (bytes / MB).toFixed(0);
  return {
    sample: () => void samples.push(process.memoryUsage.rss()),
    flat: () => {
      const half = samples.length >> 1;
      const [beginning] = samples as [number];
      const first = Math.max(...samples.slice(0, half));
      const second = Math.max(...samples.slice(half));
      const course = samples.map(megabytes).join(" ");
      if (Math.max(first, second) - beginning > GROWTH || second - first > DRIFT) {
        throw new Error(`resident memory grows: ${course} MB`);
      }
      return `resident ${megabytes(beginning)} MB after the beginning, then at most ${megabytes(Math.max(first, second))}`;
    },
  };
}
