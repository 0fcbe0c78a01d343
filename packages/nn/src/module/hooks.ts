/**
 * Hooks: user code that sees a module's inputs, outputs and gradients, and may replace them.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { asUser, callFused, type FusedDefinition, markEscaped, Tensor } from "@lucid/tensor/core";
import type { Hooks } from "./callable.js";

/** Sees the arguments before `forward`; what it returns (a list of arguments, or a lone one) takes their place. */
export type ForwardPreHook<M = never, Args extends readonly unknown[] = never> = Hook<M, Args, never>["before"];

/** Sees what `forward` returned; what it returns takes its place. */
export type ForwardHook<M = never, Args extends readonly unknown[] = never, Out = never> = Hook<M, Args, Out>["after"];

/** Gradients by argument or output: null where there is none, or where the value is no tensor. */
export type Gradients = readonly (Tensor | null)[];

/**
 * Sees the gradients of a module's arguments and of its outputs during `backward`; what it returns takes the place of the
 * arguments' gradients.
 */
export type BackwardHook<M = never> = Hook<M, never, never>["backward"];

/**
 * A list of modules holds modules with other arguments than its own type says, so their hooks must not be compared by
 * their arguments. TypeScript compares methods so, unless a parameter is a plain function type: hence `AnyFunction`.
 */
interface Hook<M, Args extends readonly unknown[], Out> {
  readonly before: HookMethods<M, Args, Out>["before"] & AnyFunction;
  readonly after: HookMethods<M, Args, Out>["after"] & AnyFunction;
  readonly backward: HookMethods<M, Args, Out>["backward"] & AnyFunction;
}

/** What every function has anyway. */
type AnyFunction = { readonly length: number };

interface HookMethods<M, Args extends readonly unknown[], Out> {
  before(module: M, args: Args): Args | Args[0] | Nothing;
  after(module: M, args: Args, output: Out): Out | Nothing;
  backward(module: M, gradInput: Gradients, gradOutput: Gradients): Gradients | Tensor | null | Nothing;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a hook need not return anything, and `undefined` would make it
type Nothing = void;

/** Runs `forward` between a module's hooks. */
export function callWithHooks(
  module: { readonly forward: (...args: readonly unknown[]) => unknown },
  hooks: Hooks,
  given: readonly unknown[],
): unknown {
  let args = given;
  for (const hook of hooks.pre) {
    const changed = hook(module as never, args as never);
    if (changed !== undefined) args = Array.isArray(changed) ? changed : [changed];
  }
  const watch = hooks.backward.length === 0 ? undefined : new BackwardWatch(module, hooks.backward);
  const seen = watch === undefined ? args : watch.inputs(args);
  let output = Reflect.apply(module.forward, module, seen);
  for (const hook of hooks.forward) {
    const changed = hook(module as never, args as never, output as never);
    if (changed !== undefined) output = changed;
  }
  return watch === undefined ? output : watch.outputs(output);
}

/** One call of a module with backward hooks: passes tensors through and keeps what `backward` brings until both ends are there. */
class BackwardWatch {
  readonly #module: object;
  readonly #hooks: readonly BackwardHook[];
  #arguments = 0;
  #inputsWatched = false;
  #gradOutput: Gradients = [];

  constructor(module: object, hooks: readonly BackwardHook[]) {
    this.#module = module;
    this.#hooks = hooks;
  }

  /** The arguments, with those that need a gradient led through a node that runs the hooks. */
  inputs(args: readonly unknown[]): readonly unknown[] {
    this.#arguments = args.length;
    const { values, watched } = pass("backwardHookInputs", args, (places, gradients) => {
      const changed = this.#run(spread(args.length, places, gradients));
      return places.map((place) => changed[place] ?? undefined);
    });
    this.#inputsWatched = watched;
    return values;
  }

  /** The output, led through a node that remembers its gradients. */
  outputs(output: unknown): unknown {
    const single = !Array.isArray(output);
    const list: readonly unknown[] = single ? [output] : output;
    if (!list.some((value) => value instanceof Tensor)) {
      throw new ArgumentError(this.#module.constructor.name, "a full backward hook found no tensor in the output", {
        rule: "the output must be a tensor or a list with tensors",
      });
    }
    const { values } = pass("backwardHookOutputs", list, (places, gradients) => {
      this.#gradOutput = spread(list.length, places, gradients);
      // Without an argument that needs a gradient nothing else will come.
      if (!this.#inputsWatched) this.#run(spread(this.#arguments, [], []));
      return gradients;
    });
    return single ? values[0] : values;
  }

  #run(gradInput: Gradients): Gradients {
    const gradOutput = this.#gradOutput;
    this.#gradOutput = [];
    let current = gradInput;
    for (const hook of this.#hooks) {
      const changed = asUser(() => hook(this.#module as never, current, gradOutput));
      if (changed === undefined) continue;
      const next: Gradients = Array.isArray(changed) ? changed : [changed as Tensor | null];
      if (next.length !== current.length) {
        throw new ArgumentError(
          this.#module.constructor.name,
          `a full backward hook returned ${next.length} gradients`,
          {
            rule: `it returns one for each of the ${current.length} arguments, or nothing`,
          },
        );
      }
      current = next;
    }
    return current;
  }
}

/** What a node on the way back does: takes the gradients that arrive at some places and hands on others. */
type OnGradients = (
  places: readonly number[],
  gradients: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[];

/** Leads the tensors of a list that need a gradient through one node of the graph. */
function pass(
  name: string,
  list: readonly unknown[],
  onGradients: OnGradients,
): { readonly values: readonly unknown[]; readonly watched: boolean } {
  const places: number[] = [];
  const tensors: Tensor[] = [];
  for (const [place, value] of list.entries()) {
    if (!(value instanceof Tensor) || !value.requiresGrad) continue;
    places.push(place);
    tensors.push(value);
  }
  if (tensors.length === 0) return { values: list, watched: false };
  const node: FusedDefinition = {
    name,
    infer: (inputs) => inputs,
    compose: (inputs) => inputs.map((input) => new Tensor(input)),
    saves: {},
    rule: ({ gradients }) => onGradients(places, gradients),
  };
  const passed = callFused(node, tensors, {});
  const values = [...list];
  for (const [i, place] of places.entries()) values[place] = passed[i];
  return { values, watched: passed[0]!.requiresGrad };
}

/** Gradients at their places in a list, as user code sees them. */
function spread(
  length: number,
  places: readonly number[],
  gradients: readonly (Tensor | undefined)[],
): (Tensor | null)[] {
  const list = new Array<Tensor | null>(length).fill(null);
  for (const [i, place] of places.entries()) {
    const gradient = gradients[i];
    if (gradient !== undefined) list[place] = markEscaped(gradient);
  }
  return list;
}
