/**
 * What a call of a module needs to know. It is kept beside the module, so that the module's own fields stay the user's.
 *
 * @module
 */
import type { Hooks } from "./hook-types.js";
import type { ModuleNode } from "./node.js";

/** A `forward` of some module. */
export type Forward = (...args: readonly unknown[]) => unknown;

/** What `Callable` needs of the module that it calls. */
export interface HasForward {
  forward: Forward;
}

/** What a call needs to know, besides the module itself. */
export interface CallState {
  /**
   * The class's `forward` if it is library code, which makes no tensor that its caller does not get; set by
   * `LibraryModule`. Every other forward is user code: the tensors that it sees and makes have escaped.
   */
  libraryForward: Forward | undefined;
  /** The hooks; undefined as long as there are none. */
  hooks: Hooks | undefined;
  /** Whether it is known that the module belongs to the modules that call it; see `settlesPlace`. */
  placed: boolean;
}

const states = new WeakMap<object, CallState>();

/** Returns the call state of a module. */
export function callStateOf(module: object): CallState {
  return states.get(module)!;
}

/** Makes a function a module, by giving it a call state. */
export function addCallState(module: object, state: CallState): void {
  states.set(module, state);
}

/** Whether a value is a module. */
export function isModule<M extends ModuleNode>(value: unknown): value is M {
  return typeof value === "function" && states.has(value);
}
