/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The tensor.
 *
 * @module
 */
import {
  type Attributes,
  type Backend,
  contiguousStrides,
  type DType,
  DTypeError,
  dtypes,
  sizeOf,
  type TypedArray,
  type View,
} from "@lucid/backend";
import type { Primitive } from "../dispatch/call.js";
import {
  type BackwardOptions,
  type GradientHook,
  type GradientState,
  installedRecorder,
  type RemoveHook,
  requireRecorder,
} from "../dispatch/recorder.js";
import { Storage } from "../memory/storage.js";
import { version } from "../version.js";
import { assertBackend, getDefaultBackend } from "./backend.js";
import { versionKey } from "./copies.js";
import { hostData, type TensorData } from "./data.js";
import { formatTensor } from "./printing.js";
import { type ArrayData, assertSingle, read, readSync, toNested, toScalar } from "./reading.js";

/** Options for making a tensor of data. */
export interface TensorOptions {
  /** Element type; by default that of the data. */
  readonly dtype?: DType;
  /** Whether operations on it are recorded for `backward`; default false. */
  readonly requiresGrad?: boolean;
  /** Where it lives; by default the default backend. */
  readonly backend?: Backend;
}

/** Where a tensor that exists already lies: a subclass shares the elements of another tensor with `super(other)`. */
export interface Placement {
  readonly storage: Storage;
  readonly layout: View;
}

/** How a view came about: one view primitive applied to `parent`, which is `base` or itself a view of it. */
export interface ViewOrigin {
  readonly base: Tensor;
  readonly parent: Tensor;
  readonly primitive: Primitive;
  readonly attributes: Attributes;
}

/** What `using` calls, also where the engine does not know it yet. */
const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
/** What Node's console.log calls. */
const inspectKey = Symbol.for("nodejs.util.inspect.custom");

/** `using x = …` disposes a tensor at the end of its block. */
// biome-ignore lint/correctness/noUnusedVariables: merged declarations must have the same type parameters
export interface Tensor<S extends readonly number[] = readonly number[]> extends Disposable {}

/**
 * An array of numbers of one element type, on a backend, that remembers how it was computed if asked to.
 *
 * `S` carries the type of the shape.
 *
 * @example
 * ```ts
 * const x = new Tensor([[1, 2], [3, 4]]);
 * x.shape; // → [2, 2]
 * x.add(1).sum().item(); // → 14
 * ```
 */
export class Tensor<S extends readonly number[] = readonly number[]> {
  /** The memory behind it. */
  readonly storage: Storage;
  /** How the elements lie in that memory. */
  readonly layout: View;
  /** For a view: what it is a view of. Written by view primitives. */
  origin: ViewOrigin | undefined = undefined;
  /** Its part in differentiation. Written by the recorder. */
  gradientState: GradientState | undefined = undefined;
  /** Whether `dispose()` was called. */
  disposed = false;

  /**
   * Copies `data` to a backend.
   *
   * @throws ArgumentError if the data are ragged or not numbers; DTypeError for a type that the backend lacks;
   * BackendError without a default backend; AutogradError for `requiresGrad` without `@lucid/autograd` or on integers.
   */
  constructor(data: TensorData | Placement, options: TensorOptions = {}) {
    if (isPlacement(data)) {
      this.storage = data.storage;
      this.layout = data.layout;
    } else {
      const { values, shape, dtype } = hostData("Tensor", data, options.dtype);
      if (options.backend !== undefined) assertBackend("Tensor", options.backend);
      const backend = options.backend ?? getDefaultBackend();
      this.storage = makeStorage(backend, dtype, values.length);
      backend.write(this.storage.buffer, 0, values);
      this.layout = { buffer: this.storage.buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
    }
    if (options.requiresGrad === true) this.requiresGrad = true;
  }

  /** Sizes of the axes. */
  get shape(): S {
    return this.layout.shape as S;
  }

  /** Element type. */
  get dtype(): DType {
    return this.layout.dtype;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.layout.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.layout.shape);
  }

  /** Where it lives. */
  get backend(): Backend {
    return this.storage.backend;
  }

  /** Whether operations on it are recorded for `backward`. */
  get requiresGrad(): boolean {
    if (this.origin !== undefined) installedRecorder()?.refresh(this);
    return this.gradientState?.requiresGrad ?? false;
  }

  /** @throws AutogradError without `@lucid/autograd`, on a tensor that is not floating, or switching off a computed one. */
  set requiresGrad(value: boolean) {
    if (value || this.gradientState !== undefined) requireRecorder("requiresGrad").setRequiresGrad(this, value);
  }

  /** Whether nothing recorded computed it: a tensor made by the user, or of inputs that need no gradient. */
  get isLeaf(): boolean {
    if (this.gradientState === undefined && this.origin === undefined) return true;
    return installedRecorder()?.isLeaf(this) ?? true;
  }

  /** The gradient that `backward` accumulated, or null. */
  get grad(): Tensor | null {
    if (this.gradientState === undefined) return null;
    return requireRecorder("grad").gradient(this) ?? null;
  }

  /** @throws ShapeError or DTypeError unless it has the tensor's shape and type. */
  set grad(value: Tensor | null) {
    if (value !== null || this.gradientState !== undefined)
      requireRecorder("grad").setGradient(this, value ?? undefined);
  }

  /**
   * Accumulates into the `.grad` of every leaf the derivative of this tensor (times `gradient`, which a scalar does not
   * need) with respect to that leaf. On an error no `.grad` has changed; a gradient that was read before keeps its value.
   *
   * @throws AutogradError if nothing was recorded, the graph was freed, or a saved value was changed in place.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * x.square().sum().backward();
   * x.grad; // → Tensor([2, 4, 6])
   * ```
   */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    requireRecorder("backward").backward(this, gradient ?? undefined, options);
  }

  /**
   * `backward` for backends that cannot read synchronously: it waits where gradients move between backends, and resolves
   * when they have been computed.
   */
  async backwardAsync(gradient?: Tensor | null, options: BackwardOptions = {}): Promise<void> {
    await requireRecorder("backward").backwardAsync(this, gradient ?? undefined, options);
    await this.backend.read(this.storage.buffer, 0, 0);
  }

  /** The same elements, cut off from the graph: a view that needs no gradient. */
  detach(): Tensor<S> {
    const recorder = installedRecorder();
    return (recorder === undefined ? new Tensor(this) : recorder.detach(this)) as Tensor<S>;
  }

  /** Makes `backward` fill `.grad` although this tensor was computed. */
  retainGrad(): this {
    requireRecorder("retainGrad").retainGrad(this);
    return this;
  }

  /** Calls `hook` with the gradient of this tensor during `backward`; what it returns takes the gradient's place. */
  registerHook(hook: GradientHook): RemoveHook {
    return requireRecorder("registerHook").registerHook(this, hook);
  }

  /** Sets `requiresGrad` and returns the tensor. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  /** Frees the memory now instead of leaving it to the collector; views of it go with it. Values that a graph still needs live until its backward. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.storage.release();
  }

  /**
   * The elements in row-major order, in a new typed array; those of a bool tensor as 0 and 1.
   *
   * @throws DisposedError if the tensor was disposed.
   *
   * @example
   * ```ts
   * await tensor([[1, 2], [3, 4]]).data(); // → Float32Array [1, 2, 3, 4]
   * ```
   */
  data(): Promise<TypedArray> {
    return read("data", this);
  }

  /** {@link data} at once. @throws BackendError on a backend that cannot read synchronously. */
  dataSync(): TypedArray {
    return readSync("dataSync", this, "await data()");
  }

  /**
   * The elements as nested arrays; those of a bool tensor as booleans.
   *
   * @throws DisposedError if the tensor was disposed.
   *
   * @example
   * ```ts
   * await tensor([[1, 2], [3, 4]]).array(); // → [[1, 2], [3, 4]]
   * ```
   */
  async array(): Promise<ArrayData> {
    return toNested(this, await read("array", this));
  }

  /** {@link array} at once. @throws BackendError on a backend that cannot read synchronously. */
  arraySync(): ArrayData {
    return toNested(this, readSync("arraySync", this, "await array()"));
  }

  /**
   * The only element: a number, or of a bool tensor a boolean, `item<boolean>()`.
   *
   * @throws ShapeError unless there is exactly one; BackendError on a backend that cannot read synchronously.
   *
   * @example
   * ```ts
   * tensor([2.5]).item(); // → 2.5
   * ```
   */
  item<T extends number | boolean = number>(): T {
    assertSingle("item", this);
    return toScalar(this, readSync("item", this, "await itemAsync()")) as T;
  }

  /** {@link item} without waiting for the device. */
  async itemAsync<T extends number | boolean = number>(): Promise<T> {
    assertSingle("itemAsync", this);
    return toScalar(this, await read("itemAsync", this)) as T;
  }

  /**
   * The elements as text, with the gradient if one is wanted.
   *
   * @example
   * ```ts
   * String(tensor([1.5, 2, 3.5, 4])); // → "Tensor([1.5, 2, 3.5, 4])"
   * ```
   */
  toString(): string {
    return formatTensor(this);
  }

  /** The elements as JSON has them: nested arrays, with null for NaN and infinities. */
  toJSON(): ArrayData {
    return this.arraySync();
  }

  static {
    const define = (key: symbol, value: unknown): void => {
      Object.defineProperty(Tensor.prototype, key, { value, configurable: true, writable: true });
    };
    define(disposeKey, function (this: Tensor): void {
      this.dispose();
    });
    define(inspectKey, function (this: Tensor): string {
      return this.toString();
    });
    define(versionKey, version);
  }
}

function isPlacement(data: TensorData | Placement): data is Placement {
  return typeof data === "object" && data !== null && (data as Partial<Placement>).storage !== undefined;
}

/** @throws DTypeError if the backend cannot hold `dtype`. */
export function makeStorage(backend: Backend, dtype: DType, length: number): Storage {
  const held = backend.capabilities.dtypes;
  if (held !== undefined && !held.includes(dtype)) {
    throw new DTypeError("Tensor", `the backend ${backend.name} cannot hold ${dtype}`, [dtype], {
      rule: `it holds ${held.join(", ")}`,
    });
  }
  return new Storage(backend, dtype, length);
}

/** A new tensor with undefined contents. */
export function allocate(
  backend: Backend,
  shape: readonly number[],
  dtype: DType,
  strides?: readonly number[],
): Tensor {
  const storage = makeStorage(backend, dtype, sizeOf(shape));
  const layout: View = {
    buffer: storage.buffer,
    dtype,
    shape,
    strides: strides ?? contiguousStrides(shape),
    offset: 0,
  };
  return new Tensor({ storage, layout });
}

/** Whether gradients can flow through elements of this type. */
export function isFloating(dtype: DType): boolean {
  return dtypes[dtype].kind === "float";
}

/**
 * Makes a tensor that exists lie where `other` lies, in whatever type and on whatever backend that is. For modules that
 * move: who holds the tensor follows. The caller takes care of holds on the two storages, and there must be no views of
 * the tensor and no graph that it takes part in.
 */
export function replacePlacement(tensor: Tensor, other: Placement): void {
  const moved = tensor as { -readonly [K in keyof Placement]: Placement[K] };
  moved.storage = other.storage;
  moved.layout = other.layout;
}
