/**
 * Recording: which calls leave a node on the tape, what in-place writes do to it, and what tensors say about it.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  DTypeError,
  dtypes,
  equalShapes,
  formatShape,
  ShapeError,
  type TensorType,
} from "@lucid/backend";
import {
  assertFunction,
  assignView,
  type BackwardOptions,
  type Call,
  callMap,
  type GradientHook,
  identityExpr,
  markEscaped,
  type Next,
  owned,
  type Recorder,
  type RemoveHook,
  Tensor,
  type ViewStep,
} from "@lucid/tensor/core";
import { assertTogether } from "./arriving.js";
import { backward, backwardAsync } from "./engine.js";
import { type Edge, edgeOf, ensureState, hooksOf, type Node, Saved, State, stateOf, storeGradient } from "./graph.js";
import { isGradEnabled, noGrad } from "./modes.js";
import type { InputType } from "./rule.js";
import { ruleOf } from "./rules.js";

const floating = (type: TensorType): boolean => dtypes[type.dtype].kind === "float";

/** Whether gradients of this tensor are needed, its edge brought up to date. */
function requires(tensor: Tensor): boolean {
  if (tensor.origin !== undefined) refresh(tensor);
  return tensor.gradientState?.requiresGrad === true;
}

/** Re-derives the edge of a view whose base was written through another view, or directly, since. */
function refresh(view: Tensor): void {
  const { origin } = view;
  if (origin === undefined) return;
  const rebases = stateOf(origin.base)?.rebases ?? 0;
  if (rebases === 0 || (stateOf(view)?.seen ?? 0) >= rebases) return;
  const stale: Tensor[] = [];
  for (let at = view; at.origin !== undefined && (stateOf(at)?.seen ?? 0) < rebases; at = at.origin.parent)
    stale.push(at);
  for (let i = stale.length - 1; i >= 0; i--) derive(stale[i]!, rebases);
}

/** Makes the edge of a view anew from its parent's. */
function derive(view: Tensor, rebases: number): void {
  const { parent, primitive, attributes } = view.origin!;
  const state = ensureState(view);
  state.seen = rebases;
  const edge = edgeOf(parent);
  if (edge === undefined) return;
  const call: Call = { primitive, inputs: [parent], attributes, targets: undefined, backend: parent.backend };
  connect(state, { node: record(call, [edge], [view], saveInputs(call, [true])), index: 0 });
}

/** Gives a tensor another place on the tape; a gradient that is to be retained is the one that arrives there. */
function connect(state: State, edge: Edge): void {
  const old = state.edge;
  if (old?.node.hooks?.[old.index]?.retained.delete(state) === true) hooksOf(edge).retained.add(state);
  state.edge = edge;
  state.requiresGrad = true;
}

type SavedInputs = { readonly outputs: readonly number[]; readonly inputs: readonly (Saved | undefined)[] };

/** Keeps what the rule will read of the inputs, before the call may overwrite them. */
function saveInputs(call: Call, wanted: readonly boolean[]): SavedInputs {
  const saves = ruleOf(call.primitive).saves(call.attributes, wanted, call.inputs);
  const inputs = new Array<Saved | undefined>(call.inputs.length).fill(undefined);
  for (const i of saves.inputs) {
    const tensor = call.inputs[i]!;
    inputs[i] = overwrites(call, tensor) ? savedCopy(tensor) : new Saved(tensor, edgeOf(tensor));
  }
  return { inputs, outputs: saves.outputs };
}

/** Whether a call writes where a tensor lies. */
function overwrites({ targets }: Call, tensor: Tensor): boolean {
  return targets?.some((target) => target.storage === tensor.storage) === true;
}

/** Keeps a value that the call itself is about to overwrite (`x.sin_()`), in memory of its own. */
function savedCopy(tensor: Tensor): Saved {
  let saved: Saved | undefined;
  owned(() => {
    const copy = noGrad(() => callMap("saved", [tensor], [identityExpr(tensor.dtype)])[0]!);
    saved = new Saved(copy, edgeOf(tensor));
  });
  return saved!;
}

/** Puts a node on the tape. */
function record(
  call: Call,
  edges: readonly (Edge | undefined)[],
  outputs: readonly Tensor[],
  saved: SavedInputs,
): Node {
  const { inputs } = call;
  const types = new Array<TensorType>(outputs.length);
  for (let k = 0; k < types.length; k++) types[k] = { shape: outputs[k]!.shape, dtype: outputs[k]!.dtype };
  const inputTypes = new Array<InputType>(inputs.length);
  for (let i = 0; i < inputTypes.length; i++) {
    // Not the layout itself, which would keep the memory alive.
    const { shape, dtype, strides } = inputs[i]!.layout;
    inputTypes[i] = { shape, dtype, strides };
  }
  const savedOutputs = new Array<Saved | undefined>(outputs.length).fill(undefined);
  const node: Node = {
    operation: {
      primitive: call.primitive,
      attributes: call.attributes,
      edges,
      inputs: inputTypes,
      backend: (inputs[0] ?? outputs[0]!).backend,
      saved: { inputs: saved.inputs, outputs: savedOutputs },
    },
    leaf: undefined,
    outputs: types,
    hooks: undefined,
  };
  for (const k of saved.outputs) savedOutputs[k] = new Saved(outputs[k]!, { node, index: k });
  return node;
}

/** @throws AutogradError where writing in place would make gradients wrong. */
function assertWritable(target: Tensor, operation: string): void {
  for (let at: Tensor | undefined = target; at !== undefined; at = at.origin?.parent) {
    const state = stateOf(at);
    if (state?.requiresGrad === true && state.isLeaf) {
      const what = at === target ? "a leaf that requires a gradient" : "a view of a leaf that requires a gradient";
      throw new AutogradError(operation, `${what} cannot be changed in place: ${formatShape(target.shape)}`, {
        rule: "its gradient would be that of a value that is gone",
        remedy: "inside noGrad(() => …), or use the out-of-place operation",
      });
    }
    if (at.origin !== undefined && state?.seen === Number.POSITIVE_INFINITY) {
      throw new AutogradError(
        operation,
        `a view that was made inside noGrad cannot be changed in place: ${formatShape(target.shape)}`,
        {
          rule: "its base could not follow",
          remedy: "make the view outside noGrad, or write inside it",
        },
      );
    }
  }
}

/** Makes `node` the origin of a target that was written in place, and of what it is a view of. */
function rebase(target: Tensor, node: Node, index: number): void {
  const state = ensureState(target);
  connect(state, { node, index });
  if (target.origin === undefined) {
    state.rebases++;
    return;
  }
  const { base } = target.origin;
  const baseState = ensureState(base);
  const steps: ViewStep[] = [];
  for (let view = target; view.origin !== undefined; view = view.origin.parent) {
    steps.unshift({ view: view.origin.primitive.name, attributes: view.origin.attributes });
  }
  const call = {
    primitive: assignView,
    inputs: [base, target],
    attributes: { steps },
    targets: [base],
    backend: base.backend,
  } as unknown as Call;
  const edges = [edgeOf(base), state.edge];
  connect(baseState, { node: record(call, edges, [base], { inputs: [], outputs: [] }), index: 0 });
  baseState.rebases++;
  state.seen = baseState.rebases;
}

/** What errors call an in-place call. */
function nameOf(call: Call): string {
  const { name } = call.attributes;
  const text = typeof name === "string" ? name : call.primitive.name;
  return text.endsWith("_") ? text : `${text}_`;
}

/** The recorder that `@lucid/autograd` installs. */
export const recorder: Recorder = {
  handle(call: Call, next: Next): readonly Tensor[] {
    const { inputs, targets, primitive } = call;
    if (!isGradEnabled()) {
      const outputs = next(call);
      if (primitive.view === true) {
        const state = ensureState(outputs[0]!);
        state.seen = Number.POSITIVE_INFINITY;
      }
      return outputs;
    }
    let any = false;
    for (let i = 0; i < inputs.length; i++) if (requires(inputs[i]!)) any = true;
    if (targets !== undefined) for (const target of targets) if (requires(target)) any = true;
    if (!any) {
      const outputs = next(call);
      if (primitive.view === true) noteView(outputs[0]!);
      return outputs;
    }
    if (targets !== undefined) for (const target of targets) assertWritable(target, nameOf(call));
    const edges = new Array<Edge | undefined>(inputs.length);
    const wanted = new Array<boolean>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const edge = edgeOf(inputs[i]!);
      edges[i] = edge;
      wanted[i] = edge !== undefined;
    }
    const saved = saveInputs(call, wanted);
    let outputs: readonly Tensor[];
    try {
      outputs = next(call);
    } catch (error) {
      for (const value of saved.inputs) value?.drop();
      throw error;
    }
    if (!outputs.some(floating)) {
      for (const value of saved.inputs) value?.drop();
      return outputs;
    }
    const node = record(call, edges, outputs, saved);
    for (let k = 0; k < outputs.length; k++) {
      const output = outputs[k]!;
      if (!floating(output)) continue;
      if (targets !== undefined) rebase(output, node, k);
      else output.gradientState = new State(true, { node, index: k });
    }
    if (primitive.view === true) noteView(outputs[0]!);
    return outputs;
  },

  refresh,

  setRequiresGrad(tensor: Tensor, value: boolean): void {
    if (tensor.requiresGrad === value) return;
    if (value && !floating(tensor)) {
      throw new DTypeError("requiresGrad", `a ${tensor.dtype} tensor cannot require a gradient`, [tensor.dtype], {
        rule: "gradients are defined for float32 and float64",
        remedy: 'convert it: .to("float32")',
      });
    }
    const state = ensureState(tensor);
    if (!value && !state.isLeaf) {
      throw new AutogradError("requiresGrad", "a computed tensor cannot stop requiring a gradient", {
        remedy: "use detach()",
      });
    }
    state.requiresGrad = value;
  },

  isLeaf(tensor: Tensor): boolean {
    return !requires(tensor) || stateOf(tensor)!.isLeaf;
  },

  gradient(tensor: Tensor): Tensor | undefined {
    const grad = stateOf(tensor)?.grad;
    return grad === undefined ? undefined : markEscaped(grad);
  },

  setGradient(tensor: Tensor, gradient: Tensor | undefined): void {
    if (gradient !== undefined) checkGradient(tensor, gradient);
    storeGradient(ensureState(tensor), gradient);
  },

  detach(tensor: Tensor): Tensor {
    return new Tensor(tensor);
  },

  retainGrad(tensor: Tensor): void {
    const edge = requireEdge("retainGrad", tensor);
    if (edge.node.leaf === undefined) hooksOf(edge).retained.add(stateOf(tensor)!);
  },

  registerHook(tensor: Tensor, hook: GradientHook): RemoveHook {
    assertFunction("registerHook", hook);
    const { hooks } = hooksOf(requireEdge("registerHook", tensor));
    // A wrapper of its own, so that a hook that is registered twice runs twice.
    const own: GradientHook = (gradient) => hook(gradient);
    hooks.add(own);
    return () => {
      hooks.delete(own);
    };
  },

  backward(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
    backward(requireEdge("backward", tensor), tensor, gradient, options);
  },

  backwardAsync(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): Promise<void> {
    return backwardAsync(requireEdge("backward", tensor), tensor, gradient, options);
  },

  withoutRecording: noGrad,
};

/** @throws LucidError if `gradient` cannot be the gradient of `tensor`. */
function checkGradient(tensor: Tensor, gradient: unknown): void {
  if (!(gradient instanceof Tensor)) {
    throw new ArgumentError("grad", `the gradient is ${String(gradient)}`, { rule: "a gradient is a tensor, or null" });
  }
  const rule = "a gradient has its tensor's shape and type";
  if (!equalShapes(gradient.shape, tensor.shape)) {
    const shapes = [gradient.shape, tensor.shape];
    throw new ShapeError("grad", `the gradient is ${shapes.map(formatShape).join(", the tensor ")}`, shapes, { rule });
  }
  if (gradient.dtype !== tensor.dtype) {
    const types = [gradient.dtype, tensor.dtype];
    throw new DTypeError("grad", `the gradient is ${types.join(", the tensor ")}`, types, { rule });
  }
  assertTogether("grad", "the gradient lives on another backend", gradient, tensor);
}

/** A new view has seen all that was written to its base so far. */
function noteView(view: Tensor): void {
  const rebases = view.origin === undefined ? 0 : (stateOf(view.origin.base)?.rebases ?? 0);
  if (rebases > 0) ensureState(view).seen = rebases;
}

function requireEdge(operation: string, tensor: Tensor): Edge {
  requires(tensor);
  const edge = edgeOf(tensor);
  if (edge !== undefined) return edge;
  throw new AutogradError(operation, `the tensor ${formatShape(tensor.shape)} does not require a gradient`, {
    rule: "nothing was recorded for it",
    remedy: "make one of its inputs with { requiresGrad: true }, and compute outside noGrad",
  });
}
