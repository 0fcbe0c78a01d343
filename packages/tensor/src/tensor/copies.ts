/**
 * Two copies of this package in one process: explained where their tensors meet.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { version } from "../version.js";

/** Where a tensor of any copy says which version made it. @internal */
export const versionKey: unique symbol = Symbol.for("@lucid/tensor/version");

/**
 * @throws ArgumentError if `value` is a tensor of another copy of this package. Call it for what is no tensor of this one.
 * @internal
 */
export function assertOwnCopy(operation: string, value: unknown): void {
  const other = (value as { readonly [versionKey]?: string } | null | undefined)?.[versionKey];
  if (other === undefined) return;
  throw new ArgumentError(operation, `a tensor belongs to another copy of @lucid/tensor: ${version} · ${other}`, {
    rule: "tensors of two copies cannot be mixed",
    remedy: "install one copy only; `npm ls @lucid/tensor` shows who brings the second",
  });
}
