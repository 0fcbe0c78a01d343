/**
 * Hooks: user code that sees the inputs, outputs and gradients of a module, and may replace them.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { asUser, callFused, type FusedDefinition, markEscaped, refusePromise } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import type { BackwardHook, Hooks, ModuleGradients } from "./hook-types.js";

/** Runs `forward` between a module's hooks. */
export function callWithHooks(
  module: { readonly forward: (...args: readonly unknown[]) => unknown },
  hooks: Hooks,
  given: readonly unknown[],
): unknown {
  let args = given;
  for (const hook of hooks.pre) {
    const changed = hook(module as never, args as never);
    refusePromise(`${module.constructor.name}.registerForwardPreHook`, changed);
    if (changed !== undefined) args = Array.isArray(changed) ? changed : [changed];
  }
  const watch = hooks.backward.length === 0 ? undefined : new BackwardWatch(module, hooks.backward);
  const seen = watch === undefined ? args : watch.inputs(args);
  let output = Reflect.apply(module.forward, module, seen);
  for (const hook of hooks.forward) {
    const changed = hook(module as never, args as never, output as never);
    refusePromise(`${module.constructor.name}.registerForwardHook`, changed);
    if (changed !== undefined) output = changed;
  }
  return watch === undefined ? output : watch.outputs(output);
}

/**
 * One call of a module with backward hooks. It keeps the gradients of the outputs until those of the arguments have
 * arrived.
 */
class BackwardWatch {
  readonly #module: object;
  readonly #hooks: readonly BackwardHook[];
  #arguments = 0;
  #inputsWatched = false;
  #gradOutput: ModuleGradients = [];

  constructor(module: object, hooks: readonly BackwardHook[]) {
    this.#module = module;
    this.#hooks = hooks;
  }

  /** The arguments. Those that need a gradient pass a node that runs the hooks. */
  inputs(args: readonly unknown[]): readonly unknown[] {
    this.#arguments = args.length;
    const { values, watched } = pass("backwardHookInputs", args, (places, gradients) => {
      const changed = this.#run(spread(args.length, places, gradients));
      return places.map((place) => changed[place] ?? undefined);
    });
    this.#inputsWatched = watched;
    return values;
  }

  /** The output. It passes a node that remembers its gradients. */
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
      // If no argument needs a gradient, no other node will run the hooks.
      if (!this.#inputsWatched) this.#run(spread(this.#arguments, [], []));
      return gradients;
    });
    return single ? values[0] : values;
  }

  #run(gradInput: ModuleGradients): ModuleGradients {
    const gradOutput = this.#gradOutput;
    this.#gradOutput = [];
    let current = gradInput;
    for (const hook of this.#hooks) {
      const changed = asUser(() => hook(this.#module as never, current, gradOutput));
      if (changed === undefined) continue;
      refusePromise(`${this.#module.constructor.name}.registerFullBackwardHook`, changed);
      const next: ModuleGradients = Array.isArray(changed) ? changed : [changed as Tensor | null];
      if (next.length !== current.length) {
        throw new ArgumentError(
          this.#module.constructor.name,
          `a full backward hook returned ${next.length} gradients`,
          { rule: `it returns one for each of the ${current.length} arguments, or nothing` },
        );
      }
      current = next;
    }
    return current;
  }
}

/**
 * What a node does in `backward`: it gets the gradients of values at some positions of a list, and returns the
 * gradients to pass on.
 */
type OnGradients = (
  places: readonly number[],
  gradients: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[];

/** Passes the tensors of a list that need a gradient through one node of the graph. */
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
    operation: { name, infer: (inputs) => inputs.map((input) => input!) },
    compose: (inputs) => inputs.map((input) => new Tensor(input!)),
    rule: {
      saves: () => ({ inputs: [], outputs: [] }),
      gradients: ({ gradients }) => onGradients(places, gradients),
    },
  };
  const passed = callFused(node, tensors, {});
  const values = [...list];
  for (const [i, place] of places.entries()) values[place] = passed[i];
  return { values, watched: passed[0]!.requiresGrad };
}

/** Puts gradients at their positions in a list, as user code sees them. */
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
