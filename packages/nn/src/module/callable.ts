/**
 * The base constructor that makes modules callable: it returns a function with the prototype of the class. So
 * `module(x)` runs hooks and `forward`, while fields, `instanceof` and `#private` work as in any class.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { asUser, markEscaped } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { isPlainRecord } from "../internal/plain-record.js";
import { addCallState, type CallState, type Forward, type HasForward } from "./call-state.js";
import { callWithHooks } from "./hooks.js";
import { beginForward, endForward, settlesPlace } from "./outside.js";

/** The base of `Module`: `new` makes a function. */
export class Callable {
  constructor() {
    const { prototype } = new.target as unknown as { prototype: HasForward };
    const state: CallState = { libraryForward: undefined, hooks: undefined, placed: false };
    // It is an arrow function, because the `prototype` that other functions have cannot be deleted.
    const module = ((...args: readonly unknown[]) => {
      const forward = self.forward;
      if (forward === undefined || args.length > forward.length) assertTakes(self, forward, args.length);
      if (!state.placed) state.placed = settlesPlace(self);
      // Reflect.apply is used, because Module has an `apply` of its own, and `forward` may be a module itself.
      if (state.hooks === undefined && forward === state.libraryForward) return Reflect.apply(forward, self, args);
      return callUserCode(self, state, args);
    }) as unknown as HasForward;
    const self = module;
    Object.setPrototypeOf(module, prototype);
    // These names are deleted, because fields, getters and submodules may have them.
    delete (module as { name?: unknown }).name;
    delete (module as { length?: unknown }).length;
    addCallState(module, state);
    return module as unknown as this;
  }
}

/** Runs a `forward` of the user, or hooks. The tensors that they see and make have escaped. */
function callUserCode(module: HasForward, { hooks }: CallState, args: readonly unknown[]): unknown {
  markArguments(args);
  beginForward(module, args);
  try {
    return asUser(() =>
      hooks === undefined ? Reflect.apply(module.forward, module, args) : callWithHooks(module, hooks, args),
    );
  } finally {
    endForward();
  }
}

/** Marks every tensor in a value, also in arrays and plain records, as reachable by user code. */
function markArguments(value: unknown): void {
  if (value instanceof Tensor) markEscaped(value);
  else if (Array.isArray(value)) for (let i = 0; i < value.length; i++) markArguments(value[i]);
  else if (isPlainRecord(value)) for (const key of Object.keys(value)) markArguments(value[key]);
}

/** @throws ArgumentError if `forward` cannot take `given` arguments, as in `list.map(module)`. */
function assertTakes(module: object, forward: Forward, given: number): void {
  if (typeof forward !== "function") {
    throw new ArgumentError(module.constructor.name, "there is no forward", {
      rule: "calling a module calls its forward",
      remedy: "define forward(input) in the class",
    });
  }
  const { length } = forward;
  if (given <= length || isVariadic(forward)) return;
  throw new ArgumentError(module.constructor.name, `got ${given} arguments`, {
    rule: `forward takes ${length}`,
    remedy: "in a callback, name the arguments: list.map((x) => module(x))",
  });
}

const variadic = new WeakMap<Forward, boolean>();

/**
 * Whether a function takes more arguments than its `length`, which does not count past the first default value or rest
 * parameter. Only the source of the function tells.
 */
function isVariadic(forward: Forward): boolean {
  let known = variadic.get(forward);
  if (known === undefined) {
    const source = Function.prototype.toString.call(forward).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    known = /\[native code\]\s*\}$|\barguments\b/.test(source) || /=(?!>)|\.\.\./.test(parametersOf(source));
    variadic.set(forward, known);
  }
  return known;
}

/** Returns the text between the parentheses of a function's parameter list. */
function parametersOf(source: string): string {
  const open = source.indexOf("(");
  const arrow = source.indexOf("=>");
  if (open < 0 || (arrow >= 0 && arrow < open)) return "";
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    if ("([{".includes(source[i]!)) depth++;
    else if (")]}".includes(source[i]!) && --depth === 0) return source.slice(open, i);
  }
  return source.slice(open);
}
