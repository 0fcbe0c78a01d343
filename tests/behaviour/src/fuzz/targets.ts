/** Everything that users can call, found by reflection: an export that is added is fuzzed without a line here. */
import type { Backend } from "@lucid/backend";
import * as backendPackage from "@lucid/backend";
import * as fft from "@lucid/fft";
import * as linalg from "@lucid/linalg";
import * as lucid from "@lucid/lucid";
import { elementwise, nn, optim, type Tensor, tensor } from "@lucid/lucid";
import type { Random } from "./random.js";
import { type Argument, drawPlausible, type Places } from "./values.js";

/** What a target is called on, and what it then is. */
export interface Prepared {
  readonly text: string;
  readonly call: (...args: readonly unknown[]) => unknown;
}

/** Something that users can call. */
export interface Target {
  readonly name: string;
  /** Makes it ready for one call. */
  readonly prepare: (random: Random, places: Places) => Prepared;
}

type Callable = (...args: readonly unknown[]) => unknown;
type Constructor = new (...args: readonly unknown[]) => object;
type Namespace = Readonly<Record<string, unknown>>;

const isClass = (value: unknown): value is Constructor =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

const parameter = (places: Places): Tensor => tensor([[1, 2, 3]], { backend: places.backend, requiresGrad: true });

/** Arguments of classes with which more of their methods do something than with the first that they accept. */
const constructorArguments: Readonly<Record<string, (places: Places) => readonly unknown[]>> = {
  Sequential: () => [new nn.Linear(3, 2), new nn.ReLU()],
  ModuleList: () => [[new nn.Linear(3, 2)]],
  ModuleDict: () => [{ a: new nn.Linear(3, 2) }],
  Parameter: (places) => [parameter(places).detach()],
  Buffer: (places) => [parameter(places).detach()],
  OneCycleLR: (places) => [optimizer(places), 2, { totalSteps: 100 }],
  ChainedScheduler: (places) => [[new optim.StepLR(optimizer(places), 2)]],
  SequentialLR: (places) => {
    const own = optimizer(places);
    return [own, [new optim.StepLR(own, 2), new optim.ExponentialLR(own, 0.5)], [3]];
  },
};

const optimizer = (places: Places): optim.SGD => new optim.SGD([parameter(places)], { lr: 0.1 });

/** Arguments that constructors may need, the fewest first. */
const candidates: readonly ((places: Places) => readonly unknown[])[] = [
  () => [],
  () => [-1],
  () => [3],
  () => [3, 2],
  () => [2, 2],
  () => [3, 2, 1],
  () => [1, [1]],
  () => [3, 5, [2]],
  () => [2, { outputSize: 1 }],
  (places) => [[parameter(places)], { lr: 0.1 }],
  (places) => [optimizer(places)],
  (places) => [optimizer(places), 2],
  (places) => [optimizer(places), 2, 3],
  (places) => [optimizer(places), [2]],
  (places) => [optimizer(places), () => 0.5],
];

/** By class, the candidate that was found right. */
const found = new Map<Constructor, (places: Places) => readonly unknown[]>();

/** Classes that only their subclasses or their users' mistakes make: there is nothing to call methods on. */
const withoutInstances = /^(Tensor|Optimizer|LRScheduler|Formula)$|Error$/;

/** Makes an instance, with the first arguments that its class accepts. */
function instanceOf(name: string, Class: Constructor, places: Places): object {
  const known = constructorArguments[name] ?? found.get(Class);
  if (known !== undefined) return new Class(...known(places));
  for (const candidate of candidates) {
    try {
      const instance = new Class(...candidate(places));
      found.set(Class, candidate);
      return instance;
    } catch (error) {
      if (!(error instanceof lucid.LucidError)) throw error;
    }
  }
  throw new Error(`no arguments are known for ${name}: add a candidate`);
}

/** The methods and setters of an object's classes, down to those that every object or function has. */
function membersOf(instance: object): ReadonlyMap<string | symbol, PropertyDescriptor> {
  const members = new Map<string | symbol, PropertyDescriptor>();
  let prototype: object | null = Object.getPrototypeOf(instance) as object | null;
  while (prototype !== null && prototype !== Object.prototype && prototype !== Function.prototype) {
    for (const key of Reflect.ownKeys(prototype)) {
      if (key !== "constructor" && !members.has(key))
        members.set(key, Object.getOwnPropertyDescriptor(prototype, key)!);
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return members;
}

/** Targets for the methods and setters of what `make` makes. */
function methodTargets(name: string, sample: object, make: (random: Random, places: Places) => Argument): Target[] {
  const targets: Target[] = [];
  for (const [key, { value, set }] of membersOf(sample)) {
    const title = `${name}.${String(key)}`;
    if (typeof value === "function") {
      targets.push({
        name: title,
        prepare: (random, places) => {
          const { text, value: receiver } = make(random, places);
          const method = (receiver as Record<string | symbol, Callable>)[key]!;
          return { text: `(${text}).${String(key)}`, call: (...args) => Reflect.apply(method, receiver, args) };
        },
      });
    } else if (set !== undefined) {
      targets.push({
        name: `${title} =`,
        prepare: (random, places) => {
          const { text, value: receiver } = make(random, places);
          return { text: `(${text}).${String(key)} = `, call: (given) => Reflect.set(receiver as object, key, given) };
        },
      });
    }
  }
  return targets;
}

function functionTarget(name: string, call: Callable): Target {
  return { name, prepare: () => ({ text: name, call }) };
}

function namespaceTargets(prefix: string, namespace: Namespace, places: Places): Target[] {
  const targets: Target[] = [];
  for (const [key, value] of Object.entries(namespace)) {
    const name = `${prefix}${key}`;
    if (isClass(value)) {
      if (key.endsWith("Error")) continue;
      const construct: Callable = (...args) => new value(...args);
      targets.push(functionTarget(`new ${name}`, construct));
      targets.push(functionTarget(name, (...args) => (value as unknown as Callable)(...args)));
      if (withoutInstances.test(key)) continue;
      const make = (_: unknown, at: Places): Argument => ({
        text: `a ${name}`,
        value: instanceOf(key, value, at),
      });
      const sample = make(undefined, places).value as object;
      if (typeof sample === "function") {
        targets.push({
          name: `${name}()`,
          prepare: (_, at) => ({ text: `(a ${name})`, call: make(undefined, at).value as Callable }),
        });
      }
      // The methods of tensors are targets by themselves.
      if (!(sample instanceof lucid.Tensor)) targets.push(...methodTargets(name, sample, make));
    } else if (typeof value === "function") targets.push(functionTarget(name, value as Callable));
  }
  return targets;
}

/** Builders of expressions, and what authors of backends and operations pass arguments of their users to. */
const backendFunctions =
  `cast constant describeValue extendBackend ge gt index inOrder input isDType isExpr ne op random scalar
  unrounded withDerivative`.split(/\s+/);

/** Methods of a formula's variable, with wrong arguments inside a formula. */
function formulaTargets(places: Places): Target[] {
  const targets: Target[] = [];
  elementwise((x) => {
    for (const [key, { value }] of membersOf(x)) {
      if (typeof value !== "function") continue;
      targets.push({
        name: `elementwise((x) => x.${String(key)})`,
        prepare: () => ({
          text: `elementwise((x) => x.${String(key)}(…))`,
          call: (...args) =>
            elementwise((y) => (y as unknown as Record<string | symbol, Callable>)[key]!(...args) as typeof y)(
              tensor([1, 2], { backend: places.backend }),
            ),
        }),
      });
    }
    return x;
  })(tensor([1], { backend: places.backend }));
  return targets;
}

/** Every target. `places` is where samples are made; calls make their own. */
export function allTargets(places: { readonly backend: Backend; readonly other: Backend }): readonly Target[] {
  const { nn: _nn, optim: _optim, ...top } = lucid as unknown as Namespace;
  const { functional, init, utils, ...layers } = nn as unknown as Namespace;
  const { parametrize, prune, ...others } = utils as Namespace;
  const { lrScheduler, swaUtils, ...optimizers } = optim as unknown as Namespace;
  const receiver = (random: Random, at: Places): Argument => {
    for (;;) {
      const drawn = drawPlausible(random, at);
      if (drawn.value instanceof lucid.Tensor) return drawn;
    }
  };
  return [
    ...namespaceTargets("", top, places),
    ...namespaceTargets("nn.", layers, places),
    ...namespaceTargets("nn.functional.", functional as Namespace, places),
    ...namespaceTargets("nn.init.", init as Namespace, places),
    ...namespaceTargets("nn.utils.", others, places),
    ...namespaceTargets("nn.utils.parametrize.", parametrize as Namespace, places),
    ...namespaceTargets("nn.utils.prune.", prune as Namespace, places),
    ...namespaceTargets("optim.", optimizers, places),
    ...namespaceTargets("optim.lrScheduler.", lrScheduler as Namespace, places),
    ...namespaceTargets("optim.swaUtils.", swaUtils as Namespace, places),
    ...namespaceTargets("linalg.", linalg, places),
    ...namespaceTargets("fft.", fft, places),
    ...namespaceTargets("fft.windows.", fft.windows, places),
    ...methodTargets("Tensor", tensor([1], { backend: places.backend }), receiver),
    ...formulaTargets(places),
    ...backendFunctions.map((name) =>
      functionTarget(`backend.${name}`, (backendPackage as unknown as Readonly<Record<string, Callable>>)[name]!),
    ),
  ];
}
