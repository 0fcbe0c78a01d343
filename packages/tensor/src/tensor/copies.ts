/**
 * Two copies of this package in one process. An error explains this where their tensors meet.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { version } from "../version.js";

/** The key under which a tensor of any copy holds the version of the package that made it. @internal */
export const versionKey: unique symbol = Symbol.for("@lucid/tensor/version");

/**
 * @throws ArgumentError if `value` is a tensor of another copy of this package. Call it for values that are no tensors
 * of this copy. @internal
 */
export function assertOwnCopy(operation: string, value: unknown): void {
  const other = (value as { readonly [versionKey]?: string } | null | undefined)?.[versionKey];
  if (other === undefined) return;
  throw new ArgumentError(operation, `a tensor belongs to another copy of @lucid/tensor: ${version} · ${other}`, {
    rule: "tensors of two copies cannot be mixed",
    remedy: "install one copy only; `npm ls @lucid/tensor` shows who brings the second",
  });
}
