/**
 * The base class of modules.
 *
 * @module
 */

import { refusePromise } from "@lucid/tensor/extend";
import type { RemoveHook, Tensor } from "@lucid/tensor/functions";
import { assertFlag, assertFunction } from "../internal/checks.js";
import { addHook } from "./add-hook.js";
import { Callable } from "./callable.js";
import type { BackwardHook, ForwardHook, ForwardPreHook } from "./hook-types.js";
import { type MoveTarget, move, moveAsync } from "./move.js";
import { Buffer, type BufferOptions, type Parameter } from "./parameter.js";
import { printModule } from "./print.js";
import { assertBufferData, assertModuleOrNull, assertParameter, findByName, register } from "./register.js";
import { type LoadOptions, type LoadResult, loadState, loadStateAsync, type StateDict, saveState } from "./state.js";
import { collectState, type Named, walk } from "./walk.js";

/** Any module, whatever it takes and returns. */
export type AnyModule = Module<never, unknown>;

/** A call of a module runs its hooks and its `forward`. */
export interface Module<Args extends readonly unknown[] = [input: Tensor], Out = Tensor> {
  /** @throws ArgumentError for more arguments than `forward` takes. */
  (...args: Args): Out;
  /** Does not exist: a module is a function without the methods of functions. */
  readonly call: never;
  /** Does not exist: a module is a function without the methods of functions. */
  readonly bind: never;
  /** Does not exist unless a subclass defines it. */
  readonly name: unknown;
  /** Does not exist unless a subclass defines it. */
  readonly length: unknown;
}

/**
 * The base class of layers and models: it holds state (parameters, buffers, submodules) and has a `forward`. Modules
 * are callable; `module(x)` runs the hooks and `forward`.
 *
 * The state is what the module's own fields hold, directly or in arrays, plain records, Maps and Sets: every {@link
 * Parameter}, {@link Buffer} and module. Plain tensors and `#private` fields are not state. The name of a piece of
 * state is its path: `layers.0.weight`. A class may give fields other names in state dicts by `static stateNames = {
 * runningMean: "running_mean" }`.
 *
 * `Args` are the types of `forward`'s arguments, `Out` is the type that it returns.
 *
 * `String(module)` and errors show the name of the class. A minifier shortens the names of your own classes; with
 * `static name = "Net"` in a class its name stays.
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
 *
 * Source: torch.nn.Module.
 */
export abstract class Module<Args extends readonly unknown[] = [input: Tensor], Out = Tensor> extends Callable {
  /** Whether layers like dropout behave as in training; see {@link Module.train}. */
  training = true;

  /** Computes what calling the module returns. */
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

  /**
   * Sets the field `name` to a buffer that shares the memory of `buffer`, or to null. A field that is declared and set
   * to `new Buffer(…)` does the same.
   *
   * @param name - the field; without dots.
   * @param buffer - the tensor, or null for none.
   * @param options - `persistent` (default true): whether `stateDict()` contains it.
   * @throws ArgumentError for a name that is taken or cannot be one, or a value that is not a tensor.
   *
   * @example
   * ```ts
   * const layer = new Identity();
   * layer.registerBuffer("steps", zeros([1]), { persistent: false });
   * layer.getBuffer("steps").shape; // → [1]
   * Object.keys(layer.stateDict()); // → []
   * ```
   */
  registerBuffer(name: string, buffer: Tensor | null, options?: BufferOptions): void {
    assertBufferData(this, buffer, options);
    register(this, "registerBuffer", "buffer", name, () => (buffer === null ? null : new Buffer(buffer, options)));
  }

  /**
   * Sets the field `name` to a parameter, or to null.
   *
   * @param name - the field; without dots.
   * @param parameter - the parameter, or null for none.
   * @throws ArgumentError for a name that is taken or cannot be one, or a value that is not a Parameter.
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    assertParameter(this, parameter);
    register(this, "registerParameter", "parameter", name, () => parameter);
  }

  /**
   * Sets the field `name` to a submodule, or to null.
   *
   * @param name - the field; without dots.
   * @param module - the submodule, or null for none.
   * @throws ArgumentError for a name that is taken or cannot be one, or a value that is not a module.
   */
  addModule(name: string, module: AnyModule | null): void {
    assertModuleOrNull(this, "addModule", module);
    register(this, "addModule", "module", name, () => module);
  }

  /** {@link Module.addModule} by PyTorch's other name. */
  registerModule(name: string, module: AnyModule | null): void {
    assertModuleOrNull(this, "registerModule", module);
    register(this, "registerModule", "module", name, () => module);
  }

  /**
   * The parameter at a path like `layers.0.weight`.
   *
   * @throws ArgumentError if there is none.
   */
  getParameter(path: string): Parameter {
    return findByName(this, "getParameter", path, (own) => own.parameters);
  }

  /**
   * The buffer at a path like `norm.runningMean`.
   *
   * @throws ArgumentError if there is none.
   */
  getBuffer(path: string): Buffer {
    return findByName(this, "getBuffer", path, (own) => own.buffers);
  }

  /**
   * The module at a path like `encoder.layers.0`; the empty path is the module itself.
   *
   * @throws ArgumentError if there is none.
   */
  getSubmodule(path: string): AnyModule {
    return path === "" ? this : findByName(this, "getSubmodule", path, (own) => own.children);
  }

  /** Sets `training` here and in every module inside. Returns the module. */
  train(mode = true): this {
    assertFlag(`${this.constructor.name}.train`, "mode", mode);
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`: layers behave as in use, not as in training. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Calls `fn` with every module inside and then with the module itself, submodules first; useful for initialization.
   * Returns the module.
   *
   * @throws ArgumentError unless `fn` is a function.
   */
  apply(fn: (module: AnyModule) => void): this {
    assertFunction(`${this.constructor.name}.apply`, "argument", fn);
    const seen = new Set<AnyModule>();
    const visit = (module: AnyModule): void => {
      for (const child of module.children()) if (!seen.has(child)) visit(child);
      seen.add(module);
      refusePromise(`${this.constructor.name}.apply`, fn(module));
    };
    // Throws if a module contains itself, which would make the visits endless.
    walk(this, "", false, () => {});
    visit(this);
    return this;
  }

  /**
   * Moves all state to another backend, or converts floating-point state into another type. Parameters and buffers stay
   * the same objects. On an error nothing has changed. Returns the module.
   *
   * @throws DTypeError for a type that is not floating; ArgumentError for anything else that is not a backend.
   */
  to(target: MoveTarget): this {
    move(this, target);
    return this;
  }

  /** {@link Module.to} for backends that cannot be read synchronously. */
  async toAsync(target: MoveTarget): Promise<this> {
    await moveAsync(this, target);
    return this;
  }

  /** Sets the gradient of every parameter to null. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Sets whether gradients are computed for the parameters; `requiresGrad_(false)` freezes the module. Returns the
   * module.
   */
  requiresGrad_(value = true): this {
    assertFlag(`${this.constructor.name}.requiresGrad_`, "value", value);
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  /**
   * Parameters and persistent buffers by name, with PyTorch's names. The tensors share the module's memory: further
   * training changes them, so take a `clone()` of each to keep them as they are.
   *
   * @throws StateError if two tensors have one name.
   */
  stateDict(): Record<string, Tensor> {
    return saveState(this);
  }

  /**
   * Copies the values of a state dict into the module's tensors: all of them or, on an error, none. Returns the names
   * that did not match; with `strict` there are none.
   *
   * @param dict - tensors by name, as `stateDict()` returns them.
   * @param options - `strict` (default true): whether missing and unexpected names are errors.
   * @throws StateError that names everything missing and unexpected (unless `strict` is false), and every tensor that
   * has another shape or type or was disposed.
   */
  loadStateDict(dict: StateDict, options?: LoadOptions): LoadResult {
    return loadState(this, dict, options);
  }

  /** {@link Module.loadStateDict} for values on backends that cannot be read synchronously. */
  async loadStateDictAsync(dict: StateDict, options?: LoadOptions): Promise<LoadResult> {
    return loadStateAsync(this, dict, options);
  }

  /**
   * Calls `hook(module, args)` before every `forward`. What it returns, a list of arguments or a single one, takes the
   * place of the arguments. Returns a function that removes the hook.
   *
   * @throws ArgumentError unless `hook` is a function.
   */
  registerForwardPreHook(hook: ForwardPreHook<this, Args>): RemoveHook {
    return addHook(this, "registerForwardPreHook", "pre", hook as ForwardPreHook);
  }

  /**
   * Calls `hook(module, args, output)` after every `forward`. What it returns takes the place of the output. Returns a
   * function that removes the hook.
   *
   * @throws ArgumentError unless `hook` is a function.
   */
  registerForwardHook(hook: ForwardHook<this, Args, Out>): RemoveHook {
    return addHook(this, "registerForwardHook", "forward", hook as ForwardHook);
  }

  /**
   * Calls `hook(module, gradInput, gradOutput)` in `backward`, once for every call of the module, with the gradients of
   * its arguments and of its outputs: null where there is none. What it returns takes the place of `gradInput`. Returns
   * a function that removes the hook.
   *
   * @throws ArgumentError unless `hook` is a function.
   */
  registerFullBackwardHook(hook: BackwardHook<this>): RemoveHook {
    return addHook(this, "registerFullBackwardHook", "backward", hook as BackwardHook);
  }

  /** What stands between the parentheses when the module is printed; subclasses override it. */
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

// Node's `console.log` calls this method.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyModule) {
    return printModule(this);
  },
});
