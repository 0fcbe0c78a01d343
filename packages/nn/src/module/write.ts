/**
 * Writing many tensors as one step: either all of them are written, or, on an error, none.
 *
 * @module
 */

import { noGrad } from "@lucid/autograd";
import { BackendError, IndexOutOfRangeError } from "@lucid/backend";
import { assertComputed, whenComputed } from "@lucid/tensor/extend";
import { clone, copy_, type Tensor, to, toAsync } from "@lucid/tensor/functions";

/** A tensor to write, and the value for it. */
export interface Write {
  readonly name: string;
  readonly target: Tensor;
  readonly value: Tensor;
}

/** A value that lies on its target's backend, in memory that no target shares. */
interface Staged {
  readonly target: Tensor;
  readonly value: Tensor;
  /** The elements of the target before the step; undefined if it had none. */
  readonly before: Tensor | undefined;
}

/** Tensors that were made for a step. They are freed after it. */
type Temporary = Tensor[];

function dispose(temporary: Temporary): void {
  for (const tensor of temporary) tensor.dispose();
}

/** Whether a tensor has elements: the device may have reported that a call failed that they were computed from. */
function hasValues(tensor: Tensor): boolean {
  try {
    assertComputed([tensor]);
    return true;
  } catch (error) {
    if (error instanceof IndexOutOfRangeError) return false;
    throw error;
  }
}

/** Prepares one value that lies on its target's backend. */
function stage(target: Tensor, value: Tensor, written: ReadonlySet<unknown>, temporary: Temporary): Staged {
  const keep = (tensor: Tensor): Tensor => {
    temporary.push(tensor);
    return tensor;
  };
  return {
    target,
    value: written.has(value.storage) ? keep(clone(value)) : value,
    before: hasValues(target) ? keep(clone(target)) : undefined,
  };
}

/** Writes all values. On an error it restores the elements that the targets had before. */
function commit(all: readonly Staged[]): void {
  const versions = all.map(({ target }) => target.storage.version);
  let begun = 0;
  try {
    for (const { target, value } of all) {
      begun++;
      copy_(target, value);
    }
  } catch (error) {
    undo(all.slice(0, begun), versions);
    throw error;
  }
}

/**
 * Restores the elements that the targets had before. Graphs that were recorded before the step stay valid. A target that
 * cannot be written either is left out, so that the others are restored: it is mostly the one that the step failed at.
 */
function undo(all: readonly Staged[], versions: readonly number[]): void {
  for (const [i, { target, before }] of all.entries()) {
    if (before === undefined) continue;
    try {
      copy_(target, before);
      target.storage.version = versions[i]!;
    } catch {
      // The error that began all this is thrown.
    }
  }
}

const storagesOf = (writes: readonly Write[]): ReadonlySet<unknown> =>
  new Set(writes.map(({ target }) => target.storage));

/**
 * Writes all values into their targets, or none if anything fails.
 *
 * @throws BackendError for a value on a backend that cannot be read synchronously; whatever a kernel or an allocation
 * throws.
 */
export function writeAll(operation: string, writes: readonly Write[]): void {
  const temporary: Temporary = [];
  const written = storagesOf(writes);
  noGrad(() => {
    try {
      const staged = writes.map(({ name, target, value }) => {
        if (value.backend === target.backend) return stage(target, value, written, temporary);
        if (value.backend.readSync === undefined) {
          throw new BackendError(
            operation,
            `${JSON.stringify(name)} is on the backend ${value.backend.name}, which cannot be read synchronously`,
            [value.backend.name, target.backend.name],
            { remedy: `use await ${operation.split(".").pop()}Async()` },
          );
        }
        const moved = to(value, target.backend);
        temporary.push(moved);
        return stage(target, moved, written, temporary);
      });
      commit(staged);
    } finally {
      dispose(temporary);
    }
  });
}

/** {@link writeAll} that waits: values may lie on backends that cannot be read synchronously. */
export async function writeAllAsync(writes: readonly Write[]): Promise<void> {
  const temporary: Temporary = [];
  try {
    const moved: Tensor[] = [];
    for (const { target, value } of writes) {
      const arrived = await toAsync(value.detach(), target.backend);
      if (value.backend !== target.backend) temporary.push(arrived);
      moved.push(arrived);
    }
    const written = storagesOf(writes);
    const staged = noGrad(() => writes.map(({ target }, i) => stage(target, moved[i]!, written, temporary)));
    const versions = staged.map(({ target }) => target.storage.version);
    noGrad(() => commit(staged));
    try {
      // A device may report a failure late: that of a kernel, or that a value has no elements.
      await whenComputed(writes.map(({ target }) => target));
    } catch (error) {
      noGrad(() => undo(staged, versions));
      throw error;
    }
  } finally {
    dispose(temporary);
  }
}
