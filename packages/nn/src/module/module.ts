/**
 * The base class of everything that has parameters or a forward.
 *
 * @module
 */
import type { Backend } from "@lucid/backend";
import type { RemoveHook, Tensor } from "@lucid/tensor/core";
import { Callable, callStateOf, type Hooks } from "./callable.js";
import type { BackwardHook, ForwardHook, ForwardPreHook } from "./hooks.js";
import { type MoveTarget, move, moveAsync } from "./move.js";
import type { Buffer, Parameter } from "./parameter.js";
import { printModule } from "./print.js";
import { type LoadOptions, type LoadResult, loadState, type StateDict, saveState } from "./state.js";
import { collectState, type Named, walk } from "./walk.js";

/** Any module, whatever it takes and returns. */
export type AnyModule = Module<never, unknown>;

/** What a call of a module does: its hooks and its `forward`. */
export interface Module<Args extends readonly unknown[] = [input: Tensor], Out = Tensor> {
  /** @throws ArgumentError for more arguments than `forward` takes. */
  (...args: Args): Out;
  /** A module is a function without a function's methods. */
  readonly call: never;
  /** A module is a function without a function's methods. */
  readonly bind: never;
  /** Free for a subclass to define: a module is a function without a function's name. */
  readonly name: unknown;
  /** Free for a subclass to define: a module is a function without a function's length. */
  readonly length: unknown;
}

const NO_HOOKS: Hooks = { pre: [], forward: [], backward: [] };

/**
 * A part of a network: state (parameters, buffers, submodules) and a `forward`. Modules are callable; `module(x)` runs
 * the hooks and `forward`. (torch.nn.Module)
 *
 * State is what the module's own fields hold, directly or in plain arrays and records: every {@link Parameter},
 * {@link Buffer} and module. Plain tensors, `#private` fields, `Map` and `Set` are not state. The name of a piece of state is
 * its path, `layers.0.weight`; a class may give fields other names in state dicts by
 * `static stateNames = { runningMean: "running_mean" }`.
 *
 * `Args` are the types of `forward`'s arguments, `Out` is what it returns.
 *
 * @example
 * ```ts
 * class Scale extends Module {
 *   factor = new Parameter([2]);
 *   forward(x: Tensor) {
 *     return x.mul(this.factor);
 *   }
 * }
 * const scale = new Scale();
 * scale(tensor([1, 2])).arraySync(); // → [2, 4]
 * scale.namedParameters().map(([name]) => name); // → ["factor"]
 * ```
 */
export abstract class Module<Args extends readonly unknown[] = [input: Tensor], Out = Tensor> extends Callable {
  /** Whether layers like dropout behave as in training; see {@link Module.train}. */
  training = true;

  /** What calling the module computes. */
  abstract forward(...args: Args): Out;

  /**
   * The parameters of the module and of everything inside it, each once.
   *
   * @param recurse - whether to look into submodules; default true.
   */
  parameters(recurse = true): Parameter[] {
    return this.namedParameters("", recurse).map(([, parameter]) => parameter);
  }

  /** {@link Module.parameters} with their names. */
  namedParameters(prefix = "", recurse = true): Named<Parameter>[] {
    return collectState(this, prefix, recurse, (own) => own.parameters);
  }

  /**
   * The buffers of the module and of everything inside it, each once.
   *
   * @param recurse - whether to look into submodules; default true.
   */
  buffers(recurse = true): Buffer[] {
    return this.namedBuffers("", recurse).map(([, buffer]) => buffer);
  }

  /** {@link Module.buffers} with their names. */
  namedBuffers(prefix = "", recurse = true): Named<Buffer>[] {
    return collectState(this, prefix, recurse, (own) => own.buffers);
  }

  /** The module itself and every module inside it, each once. */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** {@link Module.modules} with their names; the module itself is named by `prefix`. */
  namedModules(prefix = ""): Named<AnyModule>[] {
    const all: Named<AnyModule>[] = [];
    walk(this, prefix, false, (name, module) => all.push([name, module]));
    return all;
  }

  /** The modules directly inside this one, each once. */
  children(): AnyModule[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /** {@link Module.children} with their names. */
  namedChildren(): Named<AnyModule>[] {
    return collectState(this, "", false, (own) => own.children);
  }

  /** Sets `training` here and in every module inside. Returns the module. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`: layers behave as in use, not as in training. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Calls `fn` with every module inside and then with the module itself, submodules first: for initialisation, say.
   * Returns the module.
   */
  apply(fn: (module: AnyModule) => void): this {
    const seen = new Set<AnyModule>();
    const visit = (module: AnyModule): void => {
      for (const child of module.children()) if (!seen.has(child)) visit(child);
      seen.add(module);
      fn(module);
    };
    // Checks for cycles, which would not end.
    walk(this, "", false, () => {});
    visit(this);
    return this;
  }

  /**
   * Moves all state to another backend, or converts floating state into another type. Parameters and buffers stay the same
   * objects. Returns the module.
   *
   * @throws DTypeError for a type that is not floating.
   */
  to(target: MoveTarget): this {
    move(this, target);
    return this;
  }

  /** `to(backend)` for backends that cannot read synchronously. */
  async toAsync(backend: Backend): Promise<this> {
    await moveAsync(this, backend);
    return this;
  }

  /** Sets the gradient of every parameter to null. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Sets whether the parameters need gradients: `requiresGrad_(false)` freezes the module. Returns the module. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  /**
   * Parameters and persistent buffers by name, with PyTorch's names. The tensors share the module's memory: training on
   * changes them; take a `clone()` of each to keep them as they are.
   *
   * @throws StateError if two tensors have one name.
   */
  stateDict(): Record<string, Tensor> {
    return saveState(this);
  }

  /**
   * Copies the values of a state dict into the module's tensors. On an error nothing is changed. Returns the names that
   * did not match, which with `strict` are none.
   *
   * @throws StateError that names everything missing and unexpected (unless `strict` is false) and every other shape and type.
   */
  loadStateDict(dict: StateDict, options: LoadOptions = {}): LoadResult {
    return loadState(this, dict, options);
  }

  /**
   * Calls `hook(module, args)` before every `forward`; what it returns (a list of arguments, or a lone one) takes the
   * arguments' place. Returns a function that removes the hook.
   */
  registerForwardPreHook(hook: ForwardPreHook<this, Args>): RemoveHook {
    return addHook(this, "pre", hook as ForwardPreHook);
  }

  /**
   * Calls `hook(module, args, output)` after every `forward`; what it returns takes the output's place. Returns a function
   * that removes the hook.
   */
  registerForwardHook(hook: ForwardHook<this, Args, Out>): RemoveHook {
    return addHook(this, "forward", hook as ForwardHook);
  }

  /**
   * Calls `hook(module, gradInput, gradOutput)` in `backward`, once for every call of the module, with the gradients of its
   * arguments and of its outputs: null where there is none. What it returns takes the place of `gradInput`. Returns a
   * function that removes the hook.
   */
  registerFullBackwardHook(hook: BackwardHook<this>): RemoveHook {
    return addHook(this, "backward", hook as BackwardHook);
  }

  /** What stands between the parentheses when the module is printed; for subclasses to override. */
  extraRepresentation(): string {
    return "";
  }

  /**
   * The module as text, with its submodules.
   *
   * @example
   * ```ts
   * String(new Sequential(new Linear(1, 8), new ReLU())).split("\n");
   * // → ["Sequential(", "  (0): Linear(inFeatures=1, outFeatures=8, bias=true)", "  (1): ReLU()", ")"]
   * ```
   */
  override toString(): string {
    return printModule(this);
  }
}

// How Node's `console.log` prints a module.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyModule) {
    return printModule(this);
  },
});

function addHook<K extends keyof Hooks>(module: AnyModule, kind: K, hook: Hooks[K][number]): RemoveHook {
  const state = callStateOf(module);
  const change = (list: readonly Hooks[K][number][]): void => {
    const hooks = { ...(state.hooks ?? NO_HOOKS), [kind]: list };
    state.hooks = hooks.pre.length + hooks.forward.length + hooks.backward.length === 0 ? undefined : hooks;
  };
  // An object of its own, so that a hook registered twice is removed once.
  const entry = hook.bind(undefined) as Hooks[K][number];
  change([...(state.hooks ?? NO_HOOKS)[kind], entry]);
  return () => change((state.hooks ?? NO_HOOKS)[kind].filter((other) => other !== entry));
}
