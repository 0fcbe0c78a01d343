/**
 * The checks of the modules and names that containers hold.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { isModule } from "../module/call-state.js";
import { Module } from "../module/module.js";

/** @throws ArgumentError unless `value` is a module. */
export function assertModule(owner: string, value: unknown): void {
  if (isModule(value)) return;
  const isClass = typeof value === "function" && value.prototype instanceof Module;
  throw new ArgumentError(
    owner,
    `${isClass ? `the class ${value.name}` : describeValue(value)} is not a module`,
    isClass ? { remedy: `new ${value.name}(…)` } : { rule: `a ${owner} holds modules` },
  );
}

/** @throws ArgumentError unless `value` can be the name of a module in a container. */
export function assertKey(owner: string, value: unknown): asserts value is string {
  if (typeof value === "string" && value !== "" && !value.includes(".")) return;
  throw new ArgumentError(owner, `a module cannot be named ${describeValue(value)}`, {
    rule: "a name is a string that is not empty and has no dots, which separate the parts of a path",
  });
}
