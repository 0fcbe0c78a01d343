/**
 * What programs have in common.
 *
 * @module
 */
import { type Tensor, tensor } from "@lucid/tensor";
import type { FaultKind } from "../faulty-backend.js";
import type { Prepare } from "../trial.js";

/** Work under faults, with a name. */
export interface Program {
  readonly name: string;
  readonly prepare: Prepare;
  /** The kinds of faults; default all. */
  readonly kinds?: readonly FaultKind[];
}

/** Irregular numbers between −1 and 1, as float32. */
export function values(shape: readonly number[], start = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i + start))).reshape(shape);
}

/** Indices as int32. */
export function indices(list: readonly number[] | readonly (readonly number[])[]): Tensor {
  return tensor(list as readonly number[], { dtype: "int32" });
}
