/** Curves of any length in bounded space: when the space is full, every second point is dropped. */
export interface History {
  /** Adds the values of the next step, one for each curve. Most are skipped when the curve is long. */
  add(values: readonly number[]): void;
  /** The steps of the points that are kept. */
  readonly steps: readonly number[];
  /** For each curve, its values at those steps. */
  readonly curves: readonly (readonly number[])[];
}

export function createHistory(curves: number, capacity = 400): History {
  const steps: number[] = [];
  const values: number[][] = Array.from({ length: curves }, () => []);
  let step = 0;
  let stride = 1;
  const thin = (list: number[]): void => {
    for (let i = 0; 2 * i < list.length; i++) list[i] = list[2 * i]!;
    list.length = Math.ceil(list.length / 2);
  };
  return {
    steps,
    curves: values,
    add(next) {
      if (step % stride === 0) {
        if (steps.length === capacity) {
          thin(steps);
          for (const list of values) thin(list);
          stride *= 2;
        }
        // After points were dropped, this step may lie between two that are kept.
        if (step % stride === 0) {
          steps.push(step);
          for (let i = 0; i < curves; i++) values[i]!.push(next[i]!);
        }
      }
      step++;
    },
  };
}
