/** Views, and products by the definition. */
import { type Backend, dtypes, positionsOf, sizeOf, type View } from "@lucid/backend";
import { type CpuBuffer, createCpuBackend } from "@lucid/backend-cpu";

export type CpuView = View<CpuBuffer>;

/** A cpu backend that counts what it is asked for. */
export function countingBase(): {
  readonly base: Backend<CpuBuffer>;
  readonly counts: { matmul: number; map: number; allocate: number; free: number };
  /** The lengths of what was allocated. */
  readonly allocated: number[];
} {
  const cpu = createCpuBackend();
  const allocated: number[] = [];
  const counts = { matmul: 0, map: 0, allocate: 0, free: 0 };
  const base: Backend<CpuBuffer> = {
    ...cpu,
    matmul: (...call) => {
      counts.matmul++;
      cpu.matmul(...call);
    },
    map: (call) => {
      counts.map++;
      cpu.map(call);
    },
    allocate: (dtype, length) => {
      counts.allocate++;
      allocated.push(length);
      return cpu.allocate(dtype, length);
    },
    free: (buffer) => {
      counts.free++;
      cpu.free(buffer);
    },
  };
  return { base, counts, allocated };
}

/** How a view lies: its axes from the slowest in memory to the fastest, steps, axes that run backward or repeat. */
export interface Lie {
  readonly order?: readonly number[];
  readonly steps?: readonly number[];
  readonly backward?: readonly number[];
  readonly repeats?: readonly number[];
  readonly before?: number;
}

/** A view of this shape, lying as asked, full of small whole numbers (or of one value) that begin with `seed`. */
export function viewOf(
  dtype: "float32" | "float64",
  shape: readonly number[],
  lie: Lie,
  fill: number | "numbers",
): CpuView {
  const { order = shape.map((_, axis) => axis), steps = [], backward = [], repeats = [], before = 0 } = lie;
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  let offset = before;
  for (const axis of [...order].reverse()) {
    if (repeats.includes(axis)) continue;
    const size = Math.max(shape[axis], 1);
    strides[axis] = step * (steps[axis] ?? 1);
    step = strides[axis] * size;
    if (backward.includes(axis)) {
      offset += strides[axis] * (size - 1);
      strides[axis] *= -1;
    }
  }
  const values = dtypes[dtype].array(step + before + 3);
  if (fill === "numbers") for (let i = 0; i < values.length; i++) values[i] = ((i * 7 + 3) % 11) - 5;
  else values.fill(fill);
  return { buffer: { dtype, length: values.length, values }, dtype, shape, strides, offset };
}

/** The elements of a view in row-major order. */
export function valuesOf(view: CpuView): number[] {
  return Array.from(positionsOf(view), (position) => view.buffer.values[position]);
}

/** The product by its definition, in row-major order. */
export function productByDefinition(a: CpuView, b: CpuView): number[] {
  const rank = a.shape.length;
  const [m, k, n] = [a.shape[rank - 2], a.shape[rank - 1], b.shape[rank - 1]];
  const [left, right] = [valuesOf(a), valuesOf(b)];
  const result: number[] = [];
  for (let t = 0; t < sizeOf(a.shape.slice(0, -2)); t++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += left[(t * m + i) * k + p] * right[(t * k + p) * n + j];
        result.push(sum);
      }
    }
  }
  return result;
}
