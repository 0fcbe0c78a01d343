/**
 * Deep copies of modules.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, AutogradError, describeValue } from "@lucid/backend";
import { asUser } from "@lucid/tensor/extend";
import { clone, Tensor } from "@lucid/tensor/functions";
import { isPlainRecord } from "../internal/plain-record.js";
import { callStateOf, isModule } from "./call-state.js";
import { Callable } from "./callable.js";
import type { AnyModule } from "./module.js";
import { Buffer, Parameter } from "./parameter.js";
import { privateMember } from "./private-fields.js";

/** The copies that were made so far, so that what is shared is shared in the copy, too. */
type Copies = Map<object, unknown>;

/** A tensor with its own memory. */
function copyTensor(x: Tensor, path: string): Tensor {
  if (x.requiresGrad && !x.isLeaf) {
    throw new AutogradError("copyModule", `${path} is the result of an operation that was recorded`, {
      rule: "tensors that are no results can be copied",
      remedy: `keep ${path}.detach() in the module`,
    });
  }
  const values = noGrad(() => clone(x)).detach();
  if (x instanceof Parameter) return new Parameter(values, { requiresGrad: x.requiresGrad });
  if (x instanceof Buffer) return new Buffer(values, { persistent: x.persistent });
  if (x.requiresGrad) values.requiresGrad = true;
  return values;
}

/** The copy of a module, without the state that its constructor would have made. */
function emptyCopy(module: AnyModule, path: string): AnyModule {
  const member = privateMember(module);
  if (member !== undefined) {
    throw new ArgumentError("copyModule", `${path} has the private member ${member[0]}.${member[1]}`, {
      rule: "private members cannot be copied from outside of their class",
      remedy:
        "use a field without #, or make a second module and load the state: copy.loadStateDict(module.stateDict())",
    });
  }
  const copy = Reflect.construct(Callable, [], module.constructor) as AnyModule;
  // A module may have been given another prototype than that of its class.
  Object.setPrototypeOf(copy, Object.getPrototypeOf(module));
  const [from, to] = [callStateOf(module), callStateOf(copy)];
  to.libraryForward = from.libraryForward;
  to.hooks = from.hooks;
  return copy;
}

function isTypedArray(value: object): value is Float64Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Copies the own properties of an object. Accessors are the same functions: they see the copy as `this`. */
function copyProperties(from: object, to: object, path: string, copies: Copies): void {
  for (const key of Reflect.ownKeys(from)) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key)!;
    if ("value" in descriptor) descriptor.value = copyValue(descriptor.value, `${path}.${String(key)}`, copies);
    Object.defineProperty(to, key, descriptor);
  }
}

function copyValue(value: unknown, path: string, copies: Copies): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const before = copies.get(value);
  if (before !== undefined) return before;
  const keep = <T>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  if (isModule<AnyModule>(value)) {
    const copy = keep(emptyCopy(value, path));
    copyProperties(value, copy, path, copies);
    return copy;
  }
  if (value instanceof Tensor) {
    const copy = keep(copyTensor(value, path));
    const gradient = value instanceof Parameter || value instanceof Buffer ? null : value.grad;
    if (gradient !== null && gradient !== undefined) copy.grad = copyValue(gradient, `${path}.grad`, copies) as Tensor;
    return copy;
  }
  if (Array.isArray(value)) {
    const list = keep(new Array<unknown>(value.length));
    for (const [i, item] of value.entries()) list[i] = copyValue(item, `${path}[${i}]`, copies);
    return Object.isFrozen(value) ? Object.freeze(list) : list;
  }
  if (value instanceof Map) {
    const map = keep(new Map<unknown, unknown>());
    for (const [key, item] of value) {
      map.set(copyValue(key, path, copies), copyValue(item, `${path}.${String(key)}`, copies));
    }
    return map;
  }
  if (value instanceof Set) {
    const set = keep(new Set<unknown>());
    for (const item of value) set.add(copyValue(item, path, copies));
    return set;
  }
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (isTypedArray(value)) return keep(value.slice());
  if (!isPlainRecord(value)) return value;
  const record = keep(Object.create(Object.getPrototypeOf(value)) as object);
  copyProperties(value, record, path, copies);
  return Object.isFrozen(value) ? Object.freeze(record) : record;
}

/**
 * Makes a deep copy of a module: new parameters and buffers with the same values, and copies of everything that its
 * fields hold, also in lists, plain records, Maps and Sets. What appears several times is shared in the copy, too.
 *
 * Parameters of the copy require a gradient where those of the module do, and have none yet. Hooks are the same
 * functions, and get the copy as their module. Functions, and instances of classes other than modules and tensors, are
 * shared with the module.
 *
 * The constructor does not run for the copy. So a class with `#private` members cannot be copied.
 *
 * @param module - the module; it may lie on any backend.
 * @throws ArgumentError for a value that is no module, or a class with private members; AutogradError if a field holds a
 * result of a recorded operation.
 *
 * @example
 * ```ts
 * const model = new Linear(2, 1);
 * const copy = utils.copyModule(model);
 * equal(copy.weight, model.weight); // → true
 * copy.weight === model.weight; // → false
 * ```
 *
 * Source: copy.deepcopy.
 */
export function copyModule<M extends AnyModule>(module: M): M {
  const given: unknown = module;
  if (!isModule<AnyModule>(given)) {
    throw new ArgumentError("copyModule", `${describeValue(given)} is not a module`);
  }
  return asUser(() => copyValue(module, module.constructor.name, new Map()) as M);
}
