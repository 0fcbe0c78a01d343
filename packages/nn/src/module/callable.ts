/**
 * What makes modules callable: their base constructor returns a function that has the class's prototype, so that
 * `module(x)` runs hooks and `forward`, and fields, `instanceof` and `#private` work as in any class.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { asUser, Tensor } from "@lucid/tensor/core";
import type { BackwardHook, ForwardHook, ForwardPreHook } from "./hooks.js";
import { callWithHooks } from "./hooks.js";

/** A `forward` of some module. */
export type Forward = (...args: readonly unknown[]) => unknown;

/** What {@link Callable} needs of the module that it calls. */
export interface HasForward {
  forward: Forward;
}

/** What a call looks at, beside the module itself. */
export interface CallState {
  /**
   * The class's own `forward` if the class says that it is library code: it makes no tensor that its caller does not
   * get. Every other forward is user code, whose tensors and arguments have escaped.
   */
  readonly libraryForward: Forward | undefined;
  /** Undefined as long as there are none. */
  hooks: Hooks | undefined;
}

/** A module's hooks in order of registration; the lists are replaced, never changed. */
export interface Hooks {
  readonly pre: readonly ForwardPreHook[];
  readonly forward: readonly ForwardHook[];
  readonly backward: readonly BackwardHook[];
}

const states = new WeakMap<object, CallState>();

/** The call state of a module. */
export function callStateOf(module: object): CallState {
  return states.get(module)!;
}

/** The base of `Module`: `new` makes a function. */
export class Callable {
  constructor() {
    const { prototype } = new.target as unknown as { prototype: HasForward };
    const state: CallState = {
      libraryForward: Object.hasOwn(new.target, "libraryCode") ? prototype.forward : undefined,
      hooks: undefined,
    };
    // Not `function`: an arrow function has no `prototype` of its own, which could not be deleted.
    const module = ((...args: readonly unknown[]) => {
      const forward = self.forward;
      if (forward === undefined || args.length > forward.length) assertTakes(self, forward, args.length);
      if (state.hooks === undefined) {
        // Not apply(): that name is Module's own, and forward may be a module itself.
        if (forward === state.libraryForward) return Reflect.apply(forward, self, args);
        markArguments(args);
        return asUser(() => Reflect.apply(forward, self, args));
      }
      markArguments(args);
      return asUser(() => callWithHooks(self as never, state.hooks!, args));
    }) as unknown as HasForward;
    const self = module;
    Object.setPrototypeOf(module, prototype);
    // Fields, getters and submodules may have these names.
    delete (module as { name?: unknown }).name;
    delete (module as { length?: unknown }).length;
    states.set(module, state);
    return module as unknown as this;
  }
}

/** Marks every tensor in a value, in arrays and plain records too, as one that user code can name. */
export function markArguments(value: unknown): void {
  if (value instanceof Tensor) value.storage.escaped = true;
  else if (Array.isArray(value)) for (let i = 0; i < value.length; i++) markArguments(value[i]);
  else if (isPlainRecord(value)) for (const key of Object.keys(value)) markArguments(value[key]);
}

/** Whether a value is an object literal, as opposed to an instance of a class. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @throws ArgumentError if `forward` cannot take `given` arguments: a misplaced `list.map(module)`, say. */
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
 * Whether a function takes more arguments than its `length`, which stops counting at the first default or rest
 * parameter. Only the source tells.
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

/** The text between the parentheses of a function's parameter list. */
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
