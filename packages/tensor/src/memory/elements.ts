/**
 * The elements of a tensor apart from the tensor itself: where they lie, copying and reading them.
 *
 * @module
 */
import {
  type Backend,
  BackendError,
  cast,
  contiguousStrides,
  type DType,
  type Expr,
  input,
  isContiguous,
  sizeOf,
  type TypedArray,
  type View,
  withinLimits,
} from "@lucid/backend";
import { assertSucceeded } from "./failures.js";
import { makeStorage, type Storage } from "./storage.js";

/** The place of elements: a storage, and their layout in it. A tensor is such a place. */
export interface Elements {
  readonly storage: Storage;
  readonly layout: View;
}

/** Returns the expression that copies an element of this type. */
export function identityExpr(dtype: DType): Expr {
  return input(0, dtype);
}

/**
 * Allocates memory for elements. Its contents are undefined.
 *
 * @param strides - the strides of the layout; row-major by default.
 * @internal
 */
export function allocateElements(
  backend: Backend,
  shape: readonly number[],
  dtype: DType,
  strides: readonly number[] = contiguousStrides(shape),
): Elements {
  const storage = makeStorage(backend, dtype, sizeOf(shape));
  return { storage, layout: { buffer: storage.buffer, dtype, shape, strides, offset: 0 } };
}

/** Copies a host array, which holds elements as host arrays of their type do, into new memory. @internal */
export function uploadElements(backend: Backend, values: TypedArray, shape: readonly number[], dtype: DType): Elements {
  const made = allocateElements(backend, shape, dtype);
  try {
    made.storage.fill(values);
  } catch (error) {
    made.storage.release();
    throw error;
  }
  return made;
}

/** Makes elements in new memory, which `fill` writes. If it throws, the memory is freed. @internal */
export function fillElements(
  backend: Backend,
  shape: readonly number[],
  dtype: DType,
  fill: (layout: View) => void,
): Elements {
  const made = allocateElements(backend, shape, dtype);
  try {
    fill(made.layout);
  } catch (error) {
    made.storage.release();
    throw error;
  }
  return made;
}

/** Copies the elements of a view into new memory, in row-major order. Transforms do not see this copy. @internal */
export function copyElements(view: View, backend: Backend): Elements {
  return fillElements(backend, view.shape, view.dtype, (layout) => copyInto(layout, view, backend));
}

/** Copies the elements of a view into another view of the same shape, whose type they are converted into. @internal */
export function copyInto(target: View, view: View, backend: Backend): void {
  const exprs = [cast(identityExpr(view.dtype), target.dtype)];
  withinLimits(backend).map({ exprs, inputs: [view], scalars: [], outputs: [target] });
}

/** Returns the elements in row-major order: themselves if they lie so, otherwise a copy. @internal */
export function inOrder(elements: Elements): Elements {
  const { storage, layout } = elements;
  return isContiguous(layout) ? elements : copyElements(layout, storage.backend);
}

/**
 * Reads elements in row-major order, without waiting. The array holds them as a host array of their type does.
 *
 * @param asynchronous - the function or method that waits; the error names it.
 * @throws BackendError if the backend cannot read synchronously.
 */
export function readElementsSync(operation: string, elements: Elements, asynchronous: string): TypedArray {
  const { backend } = elements.storage;
  if (backend.readSync === undefined) {
    throw new BackendError(operation, `the backend ${backend.name} cannot read synchronously`, [backend.name], {
      remedy: `use await ${asynchronous}()`,
    });
  }
  const ordered = inOrder(elements);
  try {
    const values = backend.readSync(ordered.storage.buffer, ordered.layout.offset, sizeOf(ordered.layout.shape));
    assertSucceeded(elements.storage);
    return values;
  } finally {
    if (ordered !== elements) ordered.storage.release();
  }
}

/** Reads elements in row-major order, as a host array of their type holds them, after waiting until the backend has computed them. */
export async function readElements(elements: Elements): Promise<TypedArray> {
  const ordered = inOrder(elements);
  const { storage, layout } = ordered;
  try {
    const values = await storage.backend.read(storage.buffer, layout.offset, sizeOf(layout.shape));
    assertSucceeded(elements.storage);
    return values;
  } finally {
    if (ordered !== elements) storage.release();
  }
}
