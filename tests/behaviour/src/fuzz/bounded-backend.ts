import { type Backend, BackendError, type DeviceBuffer, extendBackend, OutOfMemoryError } from "@lucid/backend";

/** No buffer and no call of a bounded backend has more elements. */
export const MOST_ELEMENTS: number = 1 << 16;

/** A backend that refuses large work, and knows its buffers. */
export interface BoundedBackend {
  readonly backend: Backend;
  /**
   * The lengths of buffers that were allocated since the last question, are in use, and no longer have as many elements as
   * they were allocated with.
   */
  readonly damaged: () => readonly number[];
}

/**
 * A backend that refuses work of more than {@link MOST_ELEMENTS} elements. So a call with any arguments ends soon, unless
 * it loops outside the backend.
 */
export function boundedBackend(base: Backend): BoundedBackend {
  const buffers = new Map<DeviceBuffer, number>();
  const bound = (shape: readonly number[]): void => {
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements > MOST_ELEMENTS) {
      throw new BackendError("bounded", `a call has ${elements} elements`, ["bounded"], {
        rule: `at most ${MOST_ELEMENTS}`,
      });
    }
  };
  const backend = extendBackend(base, {
    name: `bounded ${base.name}`,
    allocate(dtype, length) {
      if (length > MOST_ELEMENTS) throw new OutOfMemoryError("bounded", length, 0, MOST_ELEMENTS);
      const buffer = base.allocate(dtype, length);
      buffers.set(buffer, length);
      return buffer;
    },
    free(buffer) {
      buffers.delete(buffer);
      base.free(buffer);
    },
    map(call) {
      for (const { shape } of call.outputs) bound(shape);
      base.map(call);
    },
    reduce(call) {
      bound(call.shape);
      base.reduce(call);
    },
    matmul(a, b, output, epilogue) {
      bound([...a.shape, b.shape.at(-1)!]);
      base.matmul(a, b, output, epilogue);
    },
    gather(source, index, axis, output) {
      bound(index.shape);
      base.gather(source, index, axis, output);
    },
    scatter(mode, source, index, axis, output) {
      bound(index.shape);
      base.scatter(mode, source, index, axis, output);
    },
    scan(op, x, axis, output) {
      bound(x.shape);
      base.scan(op, x, axis, output);
    },
    sort(x, axis, values, indices) {
      bound(x.shape);
      base.sort(x, axis, values, indices);
    },
  });
  return {
    backend,
    damaged: () => {
      const found: number[] = [];
      for (const [buffer, length] of buffers) {
        if (base.readSync!(buffer, 0, length).length !== length) found.push(length);
      }
      buffers.clear();
      return found;
    },
  };
}
