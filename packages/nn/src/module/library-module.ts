/**
 * The base class of lucid's own layers, losses and containers. It is not exported from the package.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { callStateOf, type Forward } from "./call-state.js";
import { Module } from "./module.js";

/** No name is the name of an option. */
type NoOptions = Readonly<Record<never, never>>;

/**
 * A module whose `forward` is library code: it makes no tensor that its caller does not get, so a container may free at
 * once what it no longer needs. A subclass that a user derives from a layer is user code again.
 *
 * It prints its own fields, `Linear(inFeatures=2, outFeatures=1)`; a class with more to say overrides
 * `extraRepresentation()`.
 */
export abstract class LibraryModule<Args extends readonly unknown[] = [input: Tensor], Out = Tensor> extends Module<
  Args,
  Out
> {
  // The constructor of layers without options. A docstring would stand in place of theirs in editors.
  constructor(options?: NoOptions) {
    super();
    checkOptions(this.constructor.name, options, {});
    callStateOf(this).libraryForward = libraryForward(new.target.prototype);
  }

  override extraRepresentation(): string {
    const parts: string[] = [];
    for (const [name, value] of Object.entries(this)) {
      if (name !== "training" && isPrintable(value)) parts.push(`${name}=${printed(value)}`);
    }
    return parts.join(", ");
  }
}

/** The `forward` of the class itself, unless it replaces the one of another layer. */
function libraryForward(prototype: object): Forward | undefined {
  if (!Object.hasOwn(prototype, "forward")) return undefined;
  const above = Object.getPrototypeOf(prototype) as { readonly forward?: unknown };
  return above.forward === undefined ? (prototype as { readonly forward: Forward }).forward : undefined;
}

/** Whether a field is a plain setting of the module: a number, a string, a boolean, or a list of numbers. */
function isPrintable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "number");
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}

function printed(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.join(", ")}]`
    : typeof value === "string"
      ? JSON.stringify(value)
      : `${value}`;
}
