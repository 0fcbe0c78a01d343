/**
 * Two copies of this package in one process: noticed on load, and explained where their tensors meet.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";

/** The version of this package. */
export const version: string = "0.0.0";

/** Where a tensor of any copy says which version made it. @internal */
export const versionKey: unique symbol = Symbol.for("@lucid/tensor/version");

const registryKey = Symbol.for("@lucid/tensor/copies");

type Registry = { [registryKey]?: string[] };

declare const console: undefined | { warn?(message: string): void };

/** Enters this copy into the process's list, with one warning if it is not the first. @internal */
export function registerCopy(): void {
  const registry = globalThis as Registry;
  const copies = (registry[registryKey] ??= []);
  copies.push(version);
  if (copies.length !== 2) return;
  console?.warn?.(
    `@lucid/tensor was loaded twice (${copies.join(" · ")}): tensors of one copy cannot meet tensors of the other. ` +
      "Find the second one with: npm ls @lucid/tensor",
  );
}

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
