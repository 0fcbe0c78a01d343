/**
 * Values that the tape keeps for the backward pass, and the hooks that may put something else in their place.
 *
 * @module
 */
import { AutogradError, describeValue, equalShapes, formatShape, type View } from "@lucid/backend";
import { assertFunction, asUser, markEscaped, refusePromise, type Storage } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { type Edge, type Saved, State } from "./graph.js";
import { isGradEnabled, noGrad } from "./modes.js";

/** Functions that pack values when they are saved. */
export interface SavedHooks {
  pack(tensor: Tensor): unknown;
  unpack(packed: unknown): unknown;
  drop(packed: unknown): void;
}

let hooks: SavedHooks | undefined;

/** Runs code in which values are packed when they are saved. */
export function withSavedHooks<R>(own: SavedHooks, code: () => R): R {
  const outer = hooks;
  hooks = own;
  try {
    return code();
  } finally {
    hooks = outer;
  }
}

/** Keeps `tensor`; `edge` says where gradients of it go when the backward pass is itself recorded. */
export function save(tensor: Tensor, edge: Edge | undefined): Saved {
  return hooks === undefined ? new Kept(tensor, edge) : new Packed(hooks, tensor, edge);
}

function connected(kept: { readonly storage: Storage; readonly layout: View }, edge: Edge | undefined): Tensor {
  const tensor = new Tensor(kept);
  if (edge !== undefined && isGradEnabled()) tensor.gradientState = new State(true, edge);
  return tensor;
}

/** A value that is kept as it is. It holds the memory and the layout, and not the tensor object of the user. */
class Kept implements Saved {
  readonly storage: Storage;
  readonly layout: View;
  readonly version: number;
  readonly edge: Edge | undefined;

  constructor(tensor: Tensor, edge: Edge | undefined) {
    this.storage = tensor.storage;
    this.layout = tensor.layout;
    this.version = tensor.storage.version;
    this.edge = edge;
    tensor.storage.hold();
  }

  restore(operation: string, what: string): Tensor {
    if (this.storage.version !== this.version) {
      throw new AutogradError(
        operation,
        `${what} ${formatShape(this.layout.shape)} was changed in place after it was saved for backward: version ${this.version} → ${this.storage.version}`,
        {
          rule: "backward needs the value as it was in the forward pass",
          remedy: "change a clone(), or use the out-of-place operation",
        },
      );
    }
    return connected(this, this.edge);
  }

  drop(): void {
    this.storage.unhold();
  }
}

/** A value in whose place stands what a hook has made of it. */
class Packed implements Saved {
  readonly #hooks: SavedHooks;
  readonly #packed: unknown;
  readonly #shape: readonly number[];
  readonly #dtype: string;
  readonly #edge: Edge | undefined;

  constructor(own: SavedHooks, tensor: Tensor, edge: Edge | undefined) {
    this.#hooks = own;
    this.#packed = noGrad(() => own.pack(tensor));
    this.#shape = tensor.shape;
    this.#dtype = tensor.dtype;
    this.#edge = edge;
  }

  restore(operation: string, what: string): Tensor {
    const found = noGrad(() => this.#hooks.unpack(this.#packed));
    if (found instanceof Tensor && equalShapes(found.shape, this.#shape) && found.dtype === this.#dtype) {
      return connected(found, this.#edge);
    }
    const text = found instanceof Tensor ? `${formatShape(found.shape)} ${found.dtype}` : describeValue(found);
    throw new AutogradError(
      operation,
      `${what} was unpacked as ${text}, and not as ${formatShape(this.#shape)} ${this.#dtype}`,
      {
        rule: "the hook that unpacks returns a tensor like the one that was packed",
      },
    );
  }

  drop(): void {
    this.#hooks.drop(this.#packed);
  }
}

/**
 * Runs `code`, and keeps what `pack` returns in the place of every value that is saved for `backward`: a smaller copy, for
 * example, or a file name. `backward` calls `unpack` with it when it needs the value.
 *
 * @param pack - gets a tensor, which it may not change.
 * @param unpack - gets what `pack` returned, and returns a tensor with the same shape and element type.
 * @param code - the function to run; not an asynchronous one.
 * @throws ArgumentError if `code` or a hook returns a promise; AutogradError, from `backward`, if `unpack` returns
 * something else.
 *
 * @example
 * ```ts
 * const x = tensor([1, 2], { requiresGrad: true });
 * const y = savedTensorsHooks(
 *   (value) => value.to("float16"),
 *   (packed) => (packed as Tensor).to("float32"),
 *   () => x.square(),
 * );
 * y.sum().backward();
 * x.grad; // → Tensor([2, 4])
 * ```
 *
 * @see torch.autograd.graph.saved_tensors_hooks
 */
export function savedTensorsHooks<R>(
  pack: (tensor: Tensor) => unknown,
  unpack: (packed: unknown) => Tensor,
  code: () => R,
): R {
  assertFunction("savedTensorsHooks", pack);
  assertFunction("savedTensorsHooks", unpack);
  assertFunction("savedTensorsHooks", code);
  const settled = (result: unknown): unknown => {
    refusePromise("savedTensorsHooks", result);
    return result;
  };
  const own: SavedHooks = {
    pack: (tensor) => asUser(() => settled(pack(markEscaped(new Tensor(tensor))))),
    unpack: (packed) => asUser(() => settled(unpack(packed))),
    drop() {},
  };
  return withSavedHooks(own, () => settled(code()) as R);
}
