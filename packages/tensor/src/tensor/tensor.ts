/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The class of tensors.
 *
 * @module
 */
import {
  type Backend,
  type DType,
  dtypes,
  IndexOutOfRangeError,
  sizeOf,
  type TypedArray,
  type View,
} from "@lucid/backend";
import {
  type BackwardOptions,
  type GradientHook,
  type GradientState,
  installedRecorder,
  type RemoveHook,
  requireRecorder,
} from "../dispatch/recorder.js";
import { allocateElements, type Elements, uploadElements } from "../memory/elements.js";
import type { Storage } from "../memory/storage.js";
import type { ViewSteps } from "../primitives/view-steps.js";
import { version } from "../version.js";
import { assertBackend, getDefaultBackend } from "./backend.js";
import { versionKey } from "./copies.js";
import { hostData, type TensorData } from "./data.js";
import { toPrimitive } from "./operators.js";
import { assertTensorOptions, type TensorOptions } from "./options.js";
import { assertPlacement } from "./placement.js";
import { formatTensor, formatTensorAsync } from "./printing.js";
import { type ArrayData, assertSingle, read, readSync, toNested, toScalar } from "./reading.js";

/** How a view is made: `steps`, applied to `base`. The views in between are not kept alive. */
export interface ViewOrigin {
  readonly base: Tensor;
  readonly steps: ViewSteps;
}

/** The method that `using` calls. Older engines do not know the symbol yet. */
const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
/** The method that Node's console.log calls. */
const inspectKey = Symbol.for("nodejs.util.inspect.custom");

/** `using x = …` disposes a tensor at the end of its block. */
export interface Tensor extends Disposable {}

/**
 * An array of numbers of one element type on a backend. Operations on it can be recorded, so that gradients can be
 * computed.
 *
 * @example
 * ```ts
 * const x = new Tensor([[1, 2], [3, 4]]);
 * x.shape; // → [2, 2]
 * x.add(1).sum().item(); // → 14
 * ```
 */
export class Tensor {
  /** The memory of the elements. Views share it. */
  readonly storage: Storage;
  /** How the elements lie in that memory. */
  readonly layout: View;
  /** For a view, how it is made from its base. View primitives set it. */
  origin: ViewOrigin | undefined = undefined;
  /** What the recorder remembers about this tensor. Only the recorder sets it. */
  gradientState: GradientState | undefined = undefined;
  /** Whether `dispose()` was called. */
  disposed = false;

  /**
   * Copies JavaScript data to a backend, or shares the memory of another tensor.
   *
   * @param data - a number, a boolean, nested arrays of them, or a typed array; or a tensor, whose memory is shared.
   * @param options - `dtype` (default: float32 for numbers, bool for booleans, that of a typed array), `requiresGrad`
   * and `backend`.
   * @throws ArgumentError if the data are ragged or not numbers, a layout reaches beyond its storage, or an option does
   * not exist; DTypeError for a type that the backend lacks; BackendError without a default backend; AutogradError for
   * `requiresGrad` without `@lucid/autograd` or on integers.
   */
  constructor(data: TensorData | Elements, options?: TensorOptions) {
    // The check is all that most tensors need, and the constructor stays small enough to be inlined.
    const { storage, layout } = options === TRUSTED ? (data as Elements) : elementsFrom(data, options);
    this.storage = storage;
    this.layout = layout;
    if (options?.requiresGrad === true) this.requiresGrad = true;
  }

  /**
   * The sizes of the dimensions.
   *
   * @example
   * ```ts
   * zeros([2, 3]).shape; // → [2, 3]
   * ```
   *
   * @see torch.Tensor.shape
   */
  get shape(): readonly number[] {
    return this.layout.shape;
  }

  /**
   * The element type.
   *
   * @example
   * ```ts
   * tensor([true, false]).dtype; // → "bool"
   * ```
   *
   * @see torch.Tensor.dtype
   */
  get dtype(): DType {
    return this.layout.dtype;
  }

  /**
   * The number of dimensions.
   *
   * @example
   * ```ts
   * zeros([2, 3]).ndim; // → 2
   * ```
   *
   * @see torch.Tensor.ndim
   */
  get ndim(): number {
    return this.layout.shape.length;
  }

  /**
   * Returns the number of dimensions, as {@link ndim} does.
   *
   * @example
   * ```ts
   * zeros([2, 3]).dim(); // → 2
   * ```
   *
   * @see torch.Tensor.dim
   */
  dim(): number {
    return this.layout.shape.length;
  }

  /**
   * Returns the shape, or the size of one dimension.
   *
   * @param dim - the dimension; a negative one counts from the last. Left out, the result is the whole shape.
   * @throws IndexOutOfRangeError if there is no such dimension.
   *
   * @example
   * ```ts
   * zeros([2, 3]).size(); // → [2, 3]
   * zeros([2, 3]).size(-1); // → 3
   * ```
   *
   * @see torch.Tensor.size
   */
  size(dim?: undefined): readonly number[];
  size(dim: number): number;
  size(dim?: number): readonly number[] | number {
    const { shape } = this.layout;
    if (dim === undefined) return shape;
    const sizes = shape.length;
    if (!Number.isInteger(dim) || dim < -sizes || dim >= sizes) {
      throw new IndexOutOfRangeError("size", dim, sizes, {
        what: "dim",
        rule: sizes === 0 ? "the tensor has no dimensions" : `the tensor has the dims ${-sizes} to ${sizes - 1}`,
      });
    }
    return shape[dim < 0 ? dim + sizes : dim]!;
  }

  /**
   * Returns the number of elements.
   *
   * @example
   * ```ts
   * tensor([[1, 2], [3, 4]]).numel(); // → 4
   * ```
   *
   * @see torch.Tensor.numel
   */
  numel(): number {
    return sizeOf(this.layout.shape);
  }

  /**
   * The backend on which the tensor lives.
   *
   * @example
   * ```ts
   * zeros([2]).backend === getDefaultBackend(); // → true
   * ```
   */
  get backend(): Backend {
    return this.storage.backend;
  }

  /**
   * Whether operations on the tensor are recorded, so that `backward` can compute its gradient. It can be set on
   * tensors that were not computed.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.mul(2).requiresGrad; // → true
   * ```
   *
   * @see torch.Tensor.requires_grad
   */
  get requiresGrad(): boolean {
    if (this.origin !== undefined) installedRecorder()?.refresh(this);
    return this.gradientState?.requiresGrad ?? false;
  }

  /**
   * @throws AutogradError without `@lucid/autograd`, on a tensor that is not floating, or when it is switched off for a
   * computed tensor.
   */
  set requiresGrad(value: boolean) {
    if (value || this.gradientState !== undefined) requireRecorder("requiresGrad").setRequiresGrad(this, value);
  }

  /**
   * Whether the tensor was not computed by a recorded operation: the user made it, or none of its inputs needs a
   * gradient.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2], { requiresGrad: true });
   * [x.isLeaf, x.mul(2).isLeaf]; // → [true, false]
   * ```
   *
   * @see torch.Tensor.is_leaf
   */
  get isLeaf(): boolean {
    if (this.gradientState === undefined && this.origin === undefined) return true;
    return installedRecorder()?.isLeaf(this) ?? true;
  }

  /**
   * The gradient that `backward` has accumulated, or null if there is none.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * x.grad; // → null
   * x.square().sum().backward();
   * x.grad; // → Tensor([2, 4, 6])
   * ```
   *
   * @see torch.Tensor.grad
   */
  get grad(): Tensor | null {
    if (this.gradientState === undefined) return null;
    return requireRecorder("grad").gradient(this) ?? null;
  }

  /** @throws ShapeError or DTypeError unless the gradient has the shape and the type of the tensor. */
  set grad(value: Tensor | null) {
    if (value !== null || this.gradientState !== undefined)
      requireRecorder("grad").setGradient(this, value ?? undefined);
  }

  /**
   * Computes the derivative of this tensor with respect to every leaf that it was computed from, and adds it to the
   * leaf's `.grad`.
   *
   * If an error is thrown, no `.grad` has changed. A gradient that was read before keeps its value.
   *
   * @param gradient - the gradient of this tensor, which is multiplied into the result; default (and null): 1, for a
   * tensor of one element.
   * @param options - `retainGraph` keeps the saved values for another `backward`; `createGraph` records the backward
   * pass, so that gradients can be differentiated again.
   * @throws AutogradError if nothing was recorded, the graph was freed, or a saved value was changed in place.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * x.square().sum().backward();
   * x.grad; // → Tensor([2, 4, 6])
   * ```
   *
   * @see torch.Tensor.backward
   */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    requireRecorder("backward").backward(this, gradient ?? undefined, options);
  }

  /**
   * Does what {@link backward} does, for backends that cannot be read synchronously. It waits where gradients move
   * between backends, and until all gradients have been computed. Only then is `.grad` stored, so that no `.grad`
   * changes if the device reports a failure late.
   *
   * @param gradient - the gradient of this tensor; default (and null): 1, for a tensor of one element.
   * @param options - `retainGraph` and `createGraph`.
   * @throws what {@link backward} throws, as a rejection.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * await x.square().sum().backwardAsync();
   * x.grad; // → Tensor([2, 4, 6])
   * ```
   */
  async backwardAsync(gradient?: Tensor | null, options: BackwardOptions = {}): Promise<void> {
    await requireRecorder("backward").backwardAsync(this, gradient ?? undefined, options);
  }

  /**
   * Returns a view of the tensor that is not part of the graph and needs no gradient.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.mul(2).detach().requiresGrad; // → false
   * ```
   *
   * @see torch.Tensor.detach
   */
  detach(): Tensor {
    const recorder = installedRecorder();
    return recorder === undefined ? tensorOf(this) : recorder.detach(this);
  }

  /**
   * Makes `backward` store `.grad` for this tensor although it was computed. Returns the tensor.
   *
   * @throws AutogradError without `@lucid/autograd`, or if the tensor needs no gradient.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2], { requiresGrad: true });
   * const y = x.mul(3).retainGrad();
   * y.square().sum().backward();
   * y.grad; // → Tensor([6, 12])
   * ```
   *
   * @see torch.Tensor.retain_grad
   */
  retainGrad(): this {
    requireRecorder("retainGrad").retainGrad(this);
    return this;
  }

  /**
   * Registers a function that `backward` calls with the gradient of this tensor. If the function returns a tensor, that
   * takes the place of the gradient. Returns a function that removes the hook.
   *
   * @param hook - gets the gradient.
   * @throws AutogradError without `@lucid/autograd`, or if the tensor needs no gradient.
   *
   * @example
   * ```ts
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.registerHook((gradient) => gradient.mul(10));
   * x.sum().backward();
   * x.grad; // → Tensor([10, 10])
   * ```
   *
   * @see torch.Tensor.register_hook
   */
  registerHook(hook: GradientHook): RemoveHook {
    return requireRecorder("registerHook").registerHook(this, hook);
  }

  /**
   * Registers a function that is called with this leaf after `backward` has stored its `.grad`, for an optimizer's step
   * within `backward`, for example. Returns a function that removes the hook.
   *
   * The gradients of all leaves are stored before the first hook runs, because a `backward` that fails stores none;
   * PyTorch calls the hook of a leaf before the others have theirs.
   *
   * @param hook - gets the tensor.
   * @throws AutogradError without `@lucid/autograd`, or if the tensor needs no gradient or was computed from others.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * w.registerPostAccumulateGradHook((leaf) => {
   *   noGrad(() => leaf.sub_(leaf.grad!.mul(0.5)));
   *   leaf.grad = null;
   * });
   * w.square().sum().backward();
   * w.detach(); // → Tensor([0, 0])
   * ```
   *
   * @see torch.Tensor.register_post_accumulate_grad_hook
   */
  registerPostAccumulateGradHook(hook: (tensor: Tensor) => void): RemoveHook {
    return requireRecorder("registerPostAccumulateGradHook").registerPostAccumulateGradHook(this, hook);
  }

  /**
   * Sets {@link requiresGrad} and returns the tensor.
   *
   * @param value - whether operations on the tensor are recorded; default true.
   * @throws AutogradError without `@lucid/autograd`, or on a tensor that is not floating.
   *
   * @example
   * ```ts
   * tensor([1, 2]).requiresGrad_().requiresGrad; // → true
   * ```
   *
   * @see torch.Tensor.requires_grad_
   */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  /**
   * Frees the memory at once, instead of leaving it to the garbage collector. The views of the tensor are disposed with
   * it. Values that a graph still needs live until its `backward`.
   *
   * @example
   * ```ts
   * const x = zeros([2, 3]);
   * x.dispose();
   * x.disposed; // → true
   * ```
   */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.storage.release();
  }

  /**
   * Reads the elements in row-major order into a new typed array. The elements of a bool tensor are 0 and 1.
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

  /**
   * Reads the elements as {@link data} does, without waiting.
   *
   * @throws DisposedError if the tensor was disposed; BackendError on a backend that cannot be read synchronously.
   *
   * @example
   * ```ts
   * tensor([[1, 2], [3, 4]]).dataSync(); // → Float32Array [1, 2, 3, 4]
   * ```
   */
  dataSync(): TypedArray {
    return readSync("dataSync", this, "data");
  }

  /**
   * Reads the elements as nested arrays. The elements of a bool tensor are booleans.
   *
   * @throws DisposedError if the tensor was disposed.
   *
   * @example
   * ```ts
   * await tensor([[1, 2], [3, 4]]).array(); // → [[1, 2], [3, 4]]
   * ```
   */
  async array(): Promise<ArrayData> {
    return toNested(this.layout, await read("array", this));
  }

  /**
   * Reads the elements as {@link array} does, without waiting.
   *
   * @throws DisposedError if the tensor was disposed; BackendError on a backend that cannot be read synchronously.
   *
   * @example
   * ```ts
   * tensor([[1, 2], [3, 4]]).arraySync(); // → [[1, 2], [3, 4]]
   * ```
   */
  arraySync(): ArrayData {
    return toNested(this.layout, readSync("arraySync", this, "array"));
  }

  /**
   * Reads the elements as nested arrays. A tensor without dimensions gives the element itself. This is {@link
   * arraySync} under its PyTorch name.
   *
   * @throws DisposedError if the tensor was disposed; BackendError on a backend that cannot be read synchronously.
   *
   * @example
   * ```ts
   * tensor([[1, 2], [3, 4]]).tolist(); // → [[1, 2], [3, 4]]
   * ```
   *
   * @see torch.Tensor.tolist
   */
  tolist(): ArrayData {
    return toNested(this.layout, readSync("tolist", this, "array"));
  }

  /**
   * Reads the only element: a number, or for a bool tensor a boolean (`item<boolean>()`).
   *
   * @throws ShapeError unless the tensor has exactly one element; BackendError on a backend that cannot be read
   * synchronously.
   *
   * @example
   * ```ts
   * tensor([2.5]).item(); // → 2.5
   * ```
   *
   * @see torch.Tensor.item
   */
  item<T extends number | boolean = number>(): T {
    assertSingle("item", this);
    return toScalar(this.dtype, readSync("item", this, "itemAsync")) as T;
  }

  /**
   * Reads the only element as {@link item} does, for backends that cannot be read synchronously.
   *
   * @throws ShapeError unless the tensor has exactly one element, as a rejection.
   *
   * @example
   * ```ts
   * await tensor([2.5]).itemAsync(); // → 2.5
   * ```
   */
  async itemAsync<T extends number | boolean = number>(): Promise<T> {
    assertSingle("itemAsync", this);
    return toScalar(this.dtype, await read("itemAsync", this)) as T;
  }

  /**
   * Formats the elements as text, with the gradient if the tensor needs one.
   *
   * @example
   * ```ts
   * String(tensor([1.5, 2, 3.5, 4])); // → "Tensor([1.5, 2, 3.5, 4])"
   * ```
   */
  toString(): string {
    return formatTensor(this);
  }

  /**
   * Formats the elements as text for backends that cannot be read synchronously. {@link toString} describes their
   * tensors without the elements.
   *
   * @throws DisposedError if the tensor was disposed.
   *
   * @example
   * ```ts
   * await tensor([1.5, 2]).toStringAsync(); // → "Tensor([1.5, 2])"
   * ```
   */
  toStringAsync(): Promise<string> {
    return formatTensorAsync(this);
  }

  /**
   * Returns the elements as nested arrays, for `JSON.stringify`, which writes null for NaN and infinities.
   *
   * @throws DisposedError if the tensor was disposed; BackendError on a backend that cannot be read synchronously.
   *
   * @example
   * ```ts
   * JSON.parse(JSON.stringify({ x: tensor([1, NaN]) })); // → { x: [1, null] }
   * ```
   */
  toJSON(): ArrayData {
    return toNested(this.layout, readSync("toJSON", this, "array"));
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
    define(Symbol.toPrimitive, function (this: Tensor, hint: string): string {
      return toPrimitive("Tensor", this, hint);
    });
    define(versionKey, version);
  }
}

/**
 * If passed as options, it says that this package made a placement, which needs no check. Only this module has it, so
 * that other code cannot make tensors that reach beyond their memory.
 */
const TRUSTED: TensorOptions = Object.freeze({});

/** Makes a tensor of elements whose layout is known to lie within their storage. @internal */
export function tensorOf(elements: Elements): Tensor {
  return new Tensor(elements, TRUSTED);
}

/** Finds the elements of another tensor, or copies JavaScript data to a backend. */
function elementsFrom(data: TensorData | Elements, options: TensorOptions | undefined): Elements {
  assertTensorOptions("Tensor", options);
  if (isElements(data)) {
    if (!(data instanceof Tensor)) assertPlacement(data);
    return data;
  }
  const { values, shape, dtype } = hostData("Tensor", data, options?.dtype);
  const backend = options?.backend ?? getDefaultBackend();
  return uploadElements(backend, values, shape, dtype);
}

/**
 * Makes a tensor of a host array that holds elements as host arrays of their type do: bit patterns for float16 and
 * bfloat16. The array is copied.
 *
 * @param backend - default: the default backend.
 */
export function fromElements(
  operation: string,
  values: TypedArray,
  shape: readonly number[],
  dtype: DType,
  backend: Backend = getDefaultBackend(),
): Tensor {
  assertBackend(operation, backend);
  return new Tensor(uploadElements(backend, values, shape, dtype), TRUSTED);
}

function isElements(data: TensorData | Elements): data is Elements {
  return typeof data === "object" && data !== null && (data as Partial<Elements>).storage !== undefined;
}

/** Makes a tensor whose contents are undefined. */
export function allocate(
  backend: Backend,
  shape: readonly number[],
  dtype: DType,
  strides?: readonly number[],
): Tensor {
  return new Tensor(allocateElements(backend, shape, dtype, strides), TRUSTED);
}

/** Whether elements of this type can have gradients. */
export function isFloating(dtype: DType): boolean {
  return dtypes[dtype].kind === "float";
}

/**
 * Makes an existing tensor use the memory of `other`, whatever its type and backend are. Modules use it when they move,
 * so that everything that refers to the tensor follows. The caller adjusts the holds on the two storages. There must be
 * no views of the tensor, and no graph that it is part of.
 */
export function replacePlacement(tensor: Tensor, other: Elements): void {
  const moved = tensor as { -readonly [K in keyof Elements]: Elements[K] };
  moved.storage = other.storage;
  moved.layout = other.layout;
}
