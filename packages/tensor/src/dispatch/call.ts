/**
 * Dispatch: every primitive call goes through the active transforms (recording of gradients, and whatever a program
 * adds: tracing, batching) and then to the backend.
 *
 * @module
 */
import {
  type Attributes,
  type Backend,
  BackendError,
  DisposedError,
  derivesFrom,
  rootOf,
  type TensorType,
} from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";

/**
 * One of the few operations that everything else is composed of. Derivative rules, tracers and batchers know
 * primitives; backends know only what `run` asks of them.
 */
export interface Primitive<A extends Attributes = Attributes> {
  readonly name: string;
  /** Types of the outputs; throws where the inputs do not fit. Reads nothing but shapes and element types. */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
  /** Computes new tensors, or writes into the call's targets and returns those. */
  run(call: Call<A>): readonly Tensor[];
  /** For views: whether the result shares its input's storage. */
  readonly view?: boolean;
  /** Whether inputs may live on another backend than the outputs. */
  readonly crossesBackends?: boolean;
}

/** A primitive applied to tensors. */
export interface Call<A extends Attributes = Attributes> {
  readonly primitive: Primitive<A>;
  readonly inputs: readonly Tensor[];
  /** Plain hashable data: no closures, views or storages. */
  readonly attributes: A;
  /** The tensors to write into; undefined makes new ones. */
  readonly targets: readonly Tensor[] | undefined;
  /** Where the outputs live. */
  readonly backend: Backend;
}

/** Passes a call on towards the backend. */
export type Next = (call: Call) => readonly Tensor[];

/** Something that sees every primitive call before the backend does. */
export interface Transform {
  /** Handles a call: itself, by other calls, or by `next`. */
  handle(call: Call, next: Next): readonly Tensor[];
  /** Asked before values are read on the host; throws where that would be wrong, as while tracing. */
  read?(tensor: Tensor): void;
}

/** The recorder of gradients, which comes before all other transforms. */
let recorder: Transform | undefined;
/** Pushed transforms, oldest first. */
let pushed: readonly Transform[] = [];
/** The way of a call from here, rebuilt when the transforms change. */
let enter: Next = run;

function run(call: Call): readonly Tensor[] {
  return call.primitive.run(call);
}

function rebuild(): void {
  const path = recorder === undefined ? pushed : [...pushed, recorder];
  enter = path.reduce<Next>((next, transform) => (call) => transform.handle(call, next), run);
}

/** Makes `transform` the first to see every call; `undefined` removes it. @internal */
export function setRecorderTransform(transform: Transform | undefined): void {
  recorder = transform;
  rebuild();
}

/**
 * Runs `code` with `transform` active: it sees every primitive call after gradients are recorded and before any
 * transform that was active already.
 */
export function withTransform<R>(transform: Transform, code: () => R): R {
  const outer = pushed;
  pushed = [...outer, transform];
  rebuild();
  try {
    return code();
  } finally {
    pushed = outer;
    rebuild();
  }
}

/** Runs `code` below all transforms: straight to the backends. */
export function belowTransforms<R>(code: () => R): R {
  const outer = enter;
  enter = run;
  try {
    return code();
  } finally {
    enter = outer;
  }
}

/** Asks every active transform whether values may be read now. */
export function assertReadable(tensor: Tensor, operation = "read"): void {
  if (tensor.disposed || tensor.storage.freed) throwDisposed(operation);
  for (const transform of pushed) transform.read?.(tensor);
}

function throwDisposed(operation: string): never {
  throw new DisposedError(operation, "the tensor was disposed", {
    rule: "dispose(), `using` and the end of a scope free a tensor for good",
    remedy: "return it from the scope, or keep a clone()",
  });
}

/**
 * Calls a primitive.
 *
 * @param backend - where the outputs live, for calls without inputs; otherwise the inputs' backend.
 * @throws DisposedError if an input or target was disposed.
 * @throws BackendError if they live on different backends.
 */
export function dispatch<A extends Attributes>(
  primitive: Primitive<A>,
  inputs: readonly Tensor[],
  attributes: A,
  targets?: readonly Tensor[],
  backend?: Backend,
): readonly Tensor[] {
  if (primitive.crossesBackends === true) {
    for (const { disposed, storage } of inputs)
      if (disposed || storage.freed) throwDisposed(nameOf(primitive, attributes));
    return enter({ primitive, inputs, attributes, targets, backend: backend! } as Call<never>);
  }
  let place = backend;
  for (let i = 0; i < inputs.length; i++) place = together(primitive, attributes, inputs[i]!, place);
  if (targets !== undefined) for (const target of targets) place = together(primitive, attributes, target, place);
  return enter({ primitive, inputs, attributes, targets, backend: place! } as Call<never>);
}

/** The backend that computes on `tensor` and on what lives on `place`: of a backend and one derived from it, the derived. */
function together(
  primitive: Primitive<never>,
  attributes: Attributes,
  tensor: Tensor,
  place: Backend | undefined,
): Backend {
  const { storage } = tensor;
  if (tensor.disposed || storage.freed) throwDisposed(nameOf(primitive, attributes));
  const own = storage.backend;
  if (place === undefined || place === own) return own;
  if (rootOf(own) !== rootOf(place)) {
    throw new BackendError(
      nameOf(primitive, attributes),
      `tensors live on different backends: ${place.name} · ${own.name}`,
      [place.name, own.name],
      {
        rule: "an operation needs all its tensors on one backend",
        remedy: "move one with t.to(backend)",
      },
    );
  }
  return derivesFrom(own, place) ? own : place;
}

/** What the user called, as far as the call says. */
function nameOf(primitive: Primitive<never>, { name }: Attributes): string {
  return typeof name === "string" ? name : primitive.name;
}
