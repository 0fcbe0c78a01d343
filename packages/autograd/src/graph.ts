/**
 * The tape: a graph with one node per recorded primitive call, and a node per leaf.
 *
 * @module
 */
import { type Attributes, AutogradError, type Backend, formatShape, type TensorType, type View } from "@lucid/backend";
import { type GradientHook, type GradientState, type Primitive, type Storage, Tensor } from "@lucid/tensor/core";
import { isGradEnabled } from "./modes.js";
import type { InputType } from "./rule.js";

/** Where a gradient goes: the `index`-th output of a node. */
export interface Edge {
  readonly node: Node;
  readonly index: number;
}

/** What happens to the gradient of one output of a node before the node passes it on. */
export interface OutputHooks {
  readonly hooks: Set<GradientHook>;
  /** Non-leaf tensors whose `.grad` is to be filled. */
  readonly retained: Set<State>;
}

/** A recorded primitive call, or a leaf. */
export interface Node {
  /** Undefined for a leaf. */
  readonly operation: RecordedOperation | undefined;
  /** The tensor state that a leaf accumulates into. */
  readonly leaf: State | undefined;
  readonly outputs: readonly TensorType[];
  /** By output; undefined where nothing was registered. */
  hooks: (OutputHooks | undefined)[] | undefined;
}

/** What a primitive call left on the tape. */
export interface RecordedOperation {
  readonly primitive: Primitive;
  readonly attributes: Attributes;
  /** By input: where its gradient goes, undefined where none is needed. */
  readonly edges: readonly (Edge | undefined)[];
  readonly inputs: readonly InputType[];
  /** The inputs' backend. */
  readonly backend: Backend;
  /** Saved inputs and outputs by position; undefined after the graph was freed. */
  saved: SavedValues | undefined;
}

/** The values that a derivative rule reads. */
export interface SavedValues {
  readonly inputs: readonly (Saved | undefined)[];
  readonly outputs: readonly (Saved | undefined)[];
}

/** A tensor's part in differentiation. */
export class State implements GradientState {
  requiresGrad: boolean;
  /** Where its gradient goes; a leaf gets its node on first use. */
  edge: Edge | undefined;
  /** Library-held until it is read. */
  grad: Tensor | undefined = undefined;
  /** For a base: how often a recorded in-place write changed its node. */
  rebases = 0;
  /** For a view: the base's `rebases` when its edge was derived; Infinity where it was made without recording. */
  seen = 0;

  constructor(requiresGrad: boolean, edge: Edge | undefined) {
    this.requiresGrad = requiresGrad;
    this.edge = edge;
  }

  get isLeaf(): boolean {
    return this.edge === undefined || this.edge.node.leaf === this;
  }
}

/** The state of a tensor, if it has one. */
export function stateOf(tensor: Tensor): State | undefined {
  return tensor.gradientState as State | undefined;
}

/** The state of a tensor, made if missing. */
export function ensureState(tensor: Tensor): State {
  let state = stateOf(tensor);
  if (state === undefined) {
    state = new State(false, undefined);
    tensor.gradientState = state;
  }
  return state;
}

/** Where the gradient of a tensor goes, or undefined where it needs none. */
export function edgeOf(tensor: Tensor): Edge | undefined {
  const state = stateOf(tensor);
  if (state === undefined || !state.requiresGrad) return undefined;
  if (state.edge === undefined) {
    const type: TensorType = { shape: tensor.shape, dtype: tensor.dtype };
    state.edge = { node: { operation: undefined, leaf: state, outputs: [type], hooks: undefined }, index: 0 };
  }
  return state.edge;
}

/** The hooks of an output, made if missing. */
export function hooksOf({ node, index }: Edge): OutputHooks {
  node.hooks ??= [];
  let hooks = node.hooks[index];
  if (hooks === undefined) {
    hooks = { hooks: new Set(), retained: new Set() };
    node.hooks[index] = hooks;
  }
  return hooks;
}

/** A value kept for the backward pass: memory and layout, not the tensor, which user code may hold or drop. */
export class Saved {
  readonly storage: Storage;
  readonly layout: View;
  readonly version: number;
  readonly edge: Edge | undefined;

  /** Keeps `tensor`; `edge` says where gradients of it go when the backward pass is itself recorded. */
  constructor(tensor: Tensor, edge: Edge | undefined) {
    this.storage = tensor.storage;
    this.layout = tensor.layout;
    this.version = tensor.storage.version;
    this.edge = edge;
    tensor.storage.hold();
  }

  /**
   * The value as a tensor, connected to the graph if what is computed of it is recorded.
   *
   * @throws AutogradError if it was changed in place since.
   */
  restore(operation: string, what: string): Tensor {
    if (this.storage.version !== this.version) {
      throw new AutogradError(
        operation,
        `${what} ${formatShape(this.layout.shape)} was changed in place after it was saved for backward: version ${this.version} → ${this.storage.version}`,
        {
          rule: "backward needs the value that the forward pass saw",
          remedy: "change a clone(), or use the out-of-place operation",
        },
      );
    }
    const tensor = new Tensor(this);
    if (this.edge !== undefined && isGradEnabled()) tensor.gradientState = new State(true, this.edge);
    return tensor;
  }

  /** Lets go of the memory. */
  drop(): void {
    this.storage.unhold();
  }
}

/** Lets go of everything that a node saved; a second `backward` over it is an error. */
export function freeNode({ operation }: Node): void {
  if (operation?.saved === undefined) return;
  for (const saved of operation.saved.inputs) saved?.drop();
  for (const saved of operation.saved.outputs) saved?.drop();
  operation.saved = undefined;
}

/** Replaces the gradient that a state holds; what nobody read is freed. */
export function storeGradient(state: State, gradient: Tensor | undefined): void {
  const old = state.grad;
  gradient?.storage.hold();
  state.grad = gradient;
  if (old === undefined) return;
  old.storage.unhold();
  if (!old.storage.escaped) old.storage.release();
}

/** The gradient as the library sees it: reading it this way leaves it library-owned. */
export function peekGradient(tensor: Tensor): Tensor | undefined {
  return stateOf(tensor)?.grad;
}
