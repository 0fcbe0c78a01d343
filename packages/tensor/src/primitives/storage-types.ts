/**
 * Calls with elements of a storage type, such as float16, as backends get them. The expressions of `map` convert every element that
 * they read, and their result. Other members either move elements, or compute in another type: then the framework converts.
 *
 * @module
 */
import {
  type Backend,
  cast,
  type DType,
  dtypes,
  type Expr,
  inOrder,
  input,
  substitute,
  unrounded,
} from "@lucid/backend";
import { allocateElements, copyInto, type Elements } from "../memory/elements.js";

const values = new WeakMap<Expr, Expr>();

/** The value that a reduction accumulates: in the type in which it is computed. */
export function accumulatedValue(value: Expr): Expr {
  let computed = values.get(value);
  if (computed === undefined) {
    computed = unrounded(value);
    values.set(value, computed);
  }
  return computed;
}

const finishes = new WeakMap<Expr, Expr>();

/**
 * The expression that ends a reduction or a product of elements of a storage type. Its `input(0)` is the result before it was rounded,
 * so that it is rounded once, at the end.
 */
export function finishOf(expr: Expr | undefined, dtype: DType): Expr {
  const result = input(0, dtypes[dtype].compute);
  if (expr === undefined) return cast(result, dtype);
  let finish = finishes.get(expr);
  if (finish === undefined) {
    const nodes = new Map<Expr, Expr>();
    for (const node of inOrder([expr])) {
      const read = node.kind === "cast" ? node.operand : undefined;
      if (read?.kind === "input" && read.index === 0 && read.dtype === dtype) nodes.set(node, result);
    }
    finish = substitute(expr, { nodes, inputs: [cast(result, dtype)] });
    finishes.set(expr, finish);
  }
  return finish;
}

/** Elements in the type in which expressions compute with them: they themselves, or a copy, which joins `copies`. */
export function computedElements({ storage, layout }: Elements, copies: Elements[]): Elements {
  const { compute } = dtypes[layout.dtype];
  if (compute === layout.dtype) return { storage, layout };
  const copy = roomFor(layout.shape, layout.dtype, storage.backend, copies);
  copyInto(copy.layout, layout, storage.backend);
  return copy;
}

/** Room for elements in the type in which expressions compute with `dtype`. It joins `copies`. */
export function roomFor(shape: readonly number[], dtype: DType, backend: Backend, copies: Elements[]): Elements {
  const room = allocateElements(backend, shape, dtypes[dtype].compute);
  copies.push(room);
  return room;
}
