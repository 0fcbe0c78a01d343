/**
 * The types of hooks.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";

/**
 * Sees the arguments before `forward`. If the hook returns something, a list of arguments or a single one, that takes
 * their place.
 */
export type ForwardPreHook<M = never, Args extends readonly unknown[] = never> = Hook<M, Args, never>["before"];

/** Sees the output of `forward`. If the hook returns something, that takes the place of the output. */
export type ForwardHook<M = never, Args extends readonly unknown[] = never, Out = never> = Hook<M, Args, Out>["after"];

/**
 * The gradients of a module's arguments or outputs, in their order; null for a value that has none or is not a tensor.
 */
export type ModuleGradients = readonly (Tensor | null)[];

/**
 * Sees the gradients of a module's arguments and outputs during `backward`. If the hook returns something, that takes
 * the place of the arguments' gradients.
 */
export type BackwardHook<M = never> = Hook<M, never, never>["backward"];

/**
 * The types of hooks. A list of modules may hold modules whose arguments differ, so TypeScript must not compare hooks
 * by the arguments of their modules. It does not compare the parameters of methods strictly, and the intersection with
 * `AnyFunction` keeps that when a hook is itself a parameter.
 */
interface Hook<M, Args extends readonly unknown[], Out> {
  readonly before: HookMethods<M, Args, Out>["before"] & AnyFunction;
  readonly after: HookMethods<M, Args, Out>["after"] & AnyFunction;
  readonly backward: HookMethods<M, Args, Out>["backward"] & AnyFunction;
}

/** What every function has. */
type AnyFunction = { readonly length: number };

interface HookMethods<M, Args extends readonly unknown[], Out> {
  before(module: M, args: Args): Args | Args[0] | Nothing;
  after(module: M, args: Args, output: Out): Out | Nothing;
  backward(
    module: M,
    gradInput: ModuleGradients,
    gradOutput: ModuleGradients,
  ): ModuleGradients | Tensor | null | Nothing;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a hook need not return anything, and `undefined` would make it
type Nothing = void;

/** A module's hooks in order of registration; the lists are replaced, never changed. */
export interface Hooks {
  readonly pre: readonly ForwardPreHook[];
  readonly forward: readonly ForwardHook[];
  readonly backward: readonly BackwardHook[];
}
