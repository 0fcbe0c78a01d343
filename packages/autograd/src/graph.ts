/**
 * The tape: a graph with one node per recorded primitive call, and a node per leaf.
 *
 * @module
 */
import { ArgumentError, type Attributes, type Backend, describeValue, type TensorType } from "@lucid/backend";
import type { GradientState, InputType, Primitive, Scalar } from "@lucid/tensor/extend";
import { type GradientHook, Tensor } from "@lucid/tensor/functions";

/** Where a gradient goes: to the output `index` of a node. */
export interface Edge {
  readonly node: Node;
  readonly index: number;
}

/** What is done with the gradient of one output of a node before the node passes it on. */
export interface OutputHooks {
  readonly hooks: Set<GradientHook>;
  /** Tensors whose `.grad` is stored although they are not leaves. */
  readonly retained: Set<State>;
}

/** A recorded primitive call, or a leaf. */
export interface Node {
  /** Undefined for a leaf. */
  readonly operation: RecordedOperation | undefined;
  /** The state of the tensor in whose `.grad` a leaf accumulates. */
  readonly leaf: State | undefined;
  readonly outputs: readonly TensorType[];
  /** The hooks of each output; undefined where none was registered. */
  hooks: (OutputHooks | undefined)[] | undefined;
}

/** The record of a primitive call on the tape. */
export interface RecordedOperation {
  readonly primitive: Primitive;
  readonly attributes: Attributes;
  readonly scalars: readonly Scalar[];
  /** For each input, where its gradient goes; undefined if it needs none. */
  readonly edges: readonly (Edge | undefined)[];
  readonly inputs: readonly InputType[];
  /** The backend of the inputs. */
  readonly backend: Backend;
  /** The stack of the call, in anomaly mode. */
  readonly trace: string | undefined;
  /** Saved inputs and outputs by position; undefined after the graph was freed. */
  saved: SavedValues | undefined;
}

/** The values that a derivative rule reads. */
export interface SavedValues {
  readonly inputs: readonly (Saved | undefined)[];
  readonly outputs: readonly (Saved | undefined)[];
}

/** What the recorder remembers about a tensor. */
export class State implements GradientState {
  requiresGrad: boolean;
  /** Where the gradient of the tensor goes. A leaf gets its node on first use. */
  edge: Edge | undefined;
  /** The gradient. The library holds it until user code reads it. */
  grad: Tensor | undefined = undefined;
  /** For a base: how often a recorded in-place write has changed its node. */
  graphVersion = 0;
  /**
   * For a view: the `graphVersion` of the base when the view's edge was computed; Infinity for a view that was made
   * without recording.
   */
  seenVersion = 0;
  /** What is called after a backward pass has stored the gradient of a leaf. */
  stored: Set<() => void> | undefined = undefined;

  constructor(requiresGrad: boolean, edge: Edge | undefined) {
    this.requiresGrad = requiresGrad;
    this.edge = edge;
  }

  get isLeaf(): boolean {
    return this.edge === undefined || this.edge.node.leaf === this;
  }
}

/** Returns the state of a tensor, or undefined. */
export function stateOf(tensor: Tensor): State | undefined {
  return tensor.gradientState as State | undefined;
}

/** Returns the state of a tensor, and makes it if there is none. */
export function ensureState(tensor: Tensor): State {
  let state = stateOf(tensor);
  if (state === undefined) {
    state = new State(false, undefined);
    tensor.gradientState = state;
  }
  return state;
}

/** Returns where the gradient of a tensor goes, or undefined if it needs none. */
export function edgeOf(tensor: Tensor): Edge | undefined {
  const state = stateOf(tensor);
  if (state === undefined || !state.requiresGrad) return undefined;
  if (state.edge === undefined) {
    const type: TensorType = { shape: tensor.shape, dtype: tensor.dtype };
    state.edge = { node: { operation: undefined, leaf: state, outputs: [type], hooks: undefined }, index: 0 };
  }
  return state.edge;
}

/** Returns the hooks of an output, and makes the list if there is none. */
export function hooksOf({ node, index }: Edge): OutputHooks {
  node.hooks ??= [];
  let hooks = node.hooks[index];
  if (hooks === undefined) {
    hooks = { hooks: new Set(), retained: new Set() };
    node.hooks[index] = hooks;
  }
  return hooks;
}

/** A value that is kept for the backward pass. */
export interface Saved {
  /**
   * Returns the value as a tensor. It is connected to the graph if the backward pass is recorded.
   *
   * @throws AutogradError if the value was changed in place since it was saved.
   */
  restore(operation: string, what: string): Tensor;
  /** Ends the hold on the memory. */
  drop(): void;
}

/** Releases everything that a node saved. A second `backward` through the node is an error. */
export function freeNode({ operation }: Node): void {
  if (operation?.saved === undefined) return;
  for (const saved of operation.saved.inputs) saved?.drop();
  for (const saved of operation.saved.outputs) saved?.drop();
  operation.saved = undefined;
}

/** Replaces the gradient that a state holds. The old one is freed if user code never read it. */
export function storeGradient(state: State, gradient: Tensor | undefined): void {
  const old = state.grad;
  gradient?.storage.hold();
  state.grad = gradient;
  if (old === undefined) return;
  old.storage.unhold();
  if (!old.storage.escaped) old.storage.release();
}

/**
 * Returns the gradient of a tensor for use inside the library. Unlike reading `.grad`, this does not mark it as
 * escaped.
 */
export function peekGradient(tensor: Tensor): Tensor | undefined {
  if (!(tensor instanceof Tensor)) {
    throw new ArgumentError("peekGradient", `the argument is ${describeValue(tensor)}`, { rule: "it is a tensor" });
  }
  return stateOf(tensor)?.grad;
}
