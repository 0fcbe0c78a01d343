/**
 * Dispatch: every call of a primitive goes through the active transforms (the recording of gradients, and what a
 * program adds, such as tracing or batching), and then to the backend.
 *
 * @module
 */
import {
  ArgumentError,
  type Attributes,
  type Backend,
  BackendError,
  DisposedError,
  derivesFrom,
  namesOf,
  rootOf,
  type TensorType,
} from "@lucid/backend";
import { hasDeferredCalls, inherit, passOnPending, restorePending } from "../memory/failures.js";
import { allocationMark, freeSince, settleSince } from "../memory/ownership.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Rule } from "./rule.js";
import type { HostWork, Scalar } from "./scalar.js";

/**
 * One of the few operations that everything else is composed of. Derivative rules, tracers and batchers are written for
 * primitives. A backend knows only what `run` asks of it.
 */
export interface Primitive<A extends Attributes = Attributes> {
  readonly name: string;
  /**
   * Returns the types of the outputs, and throws if the inputs do not fit. It reads nothing but shapes and element
   * types.
   */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
  /** Computes new tensors, or writes into the targets of the call and returns those. */
  run(call: Call<A, number>): readonly Tensor[];
  /** True for views: the result shares its input's storage. */
  readonly view?: boolean;
  /** True if inputs may live on another backend than the outputs. */
  readonly crossesBackends?: boolean;
  /** The derivative rule of a fused operation. Those of the other primitives belong to `@lucid/autograd`. */
  readonly rule?: Rule<A>;
  /** Computes the same by other primitives. A primitive without a rule is recorded as these. */
  decompose?(call: Call<A>): readonly Tensor[];
}

/** A primitive applied to tensors and numbers. */
export interface Call<A extends Attributes = Attributes, S extends Scalar = Scalar> {
  readonly primitive: Primitive<A>;
  readonly inputs: readonly Tensor[];
  /**
   * The numbers that may differ from call to call, such as learning rates and random keys. An expression reads them as
   * `scalar(i)`.
   */
  readonly scalars: readonly S[];
  /** Plain data that can be compared: no functions, views or storages. */
  readonly attributes: A;
  /** The tensors to write into. If undefined, new tensors are made. */
  readonly targets: readonly Tensor[] | undefined;
  /** The backend of the outputs. */
  readonly backend: Backend;
}

const NO_SCALARS: readonly number[] = [];

/** Passes a call on towards the backend. */
export type Next = (call: Call) => readonly Tensor[];

/** Sees every call of a primitive before the backend does. */
export interface Transform {
  /** Handles a call: itself, by other calls, or by passing it to `next`. */
  handle(call: Call, next: Next): readonly Tensor[];
  /** Is asked before values are read on the host, and throws where that would be wrong, for example while tracing. */
  read?(tensor: Tensor): void;
  /** Records work on the host that belongs to the program, instead of doing it. */
  host?(work: HostWork): void;
}

/** The recorder of gradients, which comes before all other transforms. */
let recorder: Transform | undefined;
/** Pushed transforms, oldest first. */
let pushed: readonly Transform[] = [];
/** The function that receives every call. It is built anew when the transforms change. */
let enter: Next = run;

/** Runs a primitive. If it throws, everything that it allocated is freed. */
function run(call: Call): readonly Tensor[] {
  const { scalars } = call;
  for (let i = 0; i < scalars.length; i++) if (typeof scalars[i] !== "number") throwUnknown(call);
  const inherited = hasDeferredCalls()
    ? inherit(nameOf(call.primitive as Primitive<never>, call.attributes), call.inputs, call.targets)
    : undefined;
  const mark = allocationMark();
  try {
    const results = call.primitive.run(call as Call<Attributes, number>);
    settleSince(mark);
    if (inherited !== undefined) passOnPending(inherited, results);
    return results;
  } catch (error) {
    freeSince(mark);
    if (inherited !== undefined) restorePending(inherited);
    throw error;
  }
}

function throwUnknown({ primitive, attributes }: Call): never {
  throw new ArgumentError(nameOf(primitive as Primitive<never>, attributes), "a number belongs to a recorded program", {
    rule: "a number that a program computes anew in every run has no value outside of the program",
  });
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

/** Runs `code` without any transform: its calls go to the backends directly. */
export function belowTransforms<R>(code: () => R): R {
  const outer = enter;
  enter = run;
  try {
    return code();
  } finally {
    enter = outer;
  }
}

/**
 * Returns the newest transform that records work on the host. It is undefined if such work is simply done. @internal
 */
export function hostRecorder(): ((work: HostWork) => void) | undefined {
  for (let i = pushed.length - 1; i >= 0; i--) {
    const transform = pushed[i]!;
    if (transform.host !== undefined) return (work) => transform.host!(work);
  }
  return undefined;
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
 * @param scalars - the numbers that may differ from call to call.
 * @param targets - tensors to write into; new ones are made by default.
 * @param backend - where the outputs live, for calls without inputs; otherwise the inputs' backend.
 * @throws DisposedError if an input or target was disposed.
 * @throws BackendError if they live on different backends.
 */
export function dispatch<A extends Attributes>(
  primitive: Primitive<A>,
  inputs: readonly Tensor[],
  attributes: A,
  scalars: readonly Scalar[] = NO_SCALARS,
  targets?: readonly Tensor[],
  backend?: Backend,
): readonly Tensor[] {
  if (primitive.crossesBackends === true) {
    for (const { disposed, storage } of inputs)
      if (disposed || storage.freed) throwDisposed(nameOf(primitive, attributes));
    return enter({ primitive, inputs, scalars, attributes, targets, backend: backend! } as Call<never>);
  }
  let common = backend;
  for (let i = 0; i < inputs.length; i++) common = commonBackend(primitive, attributes, inputs[i]!, common);
  if (targets !== undefined)
    for (const target of targets) common = commonBackend(primitive, attributes, target, common);
  return enter({ primitive, inputs, scalars, attributes, targets, backend: common! } as Call<never>);
}

/**
 * Returns the backend that can compute with `tensor` and with tensors on `backend`. If one of the two was derived from
 * the other, it is the derived one.
 */
function commonBackend(
  primitive: Primitive<never>,
  attributes: Attributes,
  tensor: Tensor,
  backend: Backend | undefined,
): Backend {
  const { storage } = tensor;
  if (tensor.disposed || storage.freed) throwDisposed(nameOf(primitive, attributes));
  const own = storage.backend;
  if (backend === undefined || backend === own) return own;
  if (rootOf(own) !== rootOf(backend)) {
    const names = namesOf([backend, own]);
    throw new BackendError(
      nameOf(primitive, attributes),
      `tensors live on different backends: ${names.join(" · ")}`,
      names,
      {
        rule: "an operation needs all its tensors on one backend",
        remedy: "move one with t.to(backend)",
      },
    );
  }
  return derivesFrom(own, backend) ? own : backend;
}

/** Returns the name of the operation that the user called. */
function nameOf(primitive: Primitive<never>, { name }: Attributes): string {
  return typeof name === "string" ? name : primitive.name;
}
