/**
 * A backend like cpu whose failures become visible later than the call was made.
 */
import {
  type Backend,
  constant,
  type Deferred,
  DeviceLostError,
  extendBackend,
  type IndexOutOfRangeError,
} from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";

/** A {@link deferringBackend}; `lose` loses its device. */
export interface DeferringBackend {
  readonly backend: Backend;
  readonly lose: () => void;
}

/**
 * Makes a backend whose failures become visible with the next read, or when it has been waited for.
 *
 * @param lazy - whether it can be read synchronously.
 */
export function deferringBackend(lazy = false): DeferringBackend {
  const base = createCpuBackend();
  let unseen: (() => void)[] = [];
  let lost = false;
  const check = (): void => {
    if (lost) throw new DeviceLostError("read", "deferring");
  };
  const answer = (): void => {
    check();
    for (const see of unseen) see();
    unseen = [];
  };
  const later = (call: () => unknown, repair: () => void): Deferred => {
    check();
    let outcome: IndexOutOfRangeError | null | undefined;
    try {
      call();
      unseen.push(() => {
        outcome = null;
      });
    } catch (error) {
      repair();
      unseen.push(() => {
        outcome = error as IndexOutOfRangeError;
      });
    }
    return { failure: () => outcome };
  };
  const backend = extendBackend(base, {
    name: "deferring",
    hostView: undefined,
    copyFrom: undefined,
    readSync: lazy
      ? (buffer, start, length) => {
          answer();
          return base.readSync!(buffer, start, length);
        }
      : undefined,
    async read(buffer, start, length) {
      check();
      const values = await base.read(buffer, start, length);
      answer();
      return values;
    },
    async synchronize() {
      await Promise.resolve();
      answer();
    },
    map(call) {
      check();
      base.map(call);
    },
    gather: (source, index, axis, output) =>
      later(
        () => base.gather(source, index, axis, output),
        () => base.map({ exprs: [constant(0, output.dtype)], inputs: [], scalars: [], outputs: [output] }),
      ),
    scatter: (mode, source, index, axis, output) =>
      later(
        () => base.scatter(mode, source, index, axis, output),
        () => {},
      ),
  });
  return {
    backend,
    lose() {
      lost = true;
    },
  };
}
