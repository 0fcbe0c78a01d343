/**
 * Recording: which calls put a node on the tape, what in-place writes do to it, and how tensors answer questions about
 * gradients.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  DTypeError,
  describeValue,
  dtypes,
  equalShapes,
  formatShape,
  ShapeError,
  type TensorType,
} from "@lucid/backend";
import {
  assertFunction,
  assignView,
  type Call,
  callMap,
  type InputType,
  identityExpr,
  listViewSteps,
  markEscaped,
  type Next,
  owned,
  type Recorder,
  refusePromise,
  undoOnThrow,
  type ViewOrigin,
  viewPrimitives,
} from "@lucid/tensor/extend";
import { type BackwardOptions, type GradientHook, type RemoveHook, Tensor } from "@lucid/tensor/functions";
import { callSite } from "./anomaly.js";
import { backward, backwardAsync } from "./engine.js";
import {
  type Edge,
  edgeOf,
  ensureState,
  freeNode,
  hooksOf,
  type Node,
  type Saved,
  State,
  stateOf,
  storeGradient,
} from "./graph.js";
import { isGradEnabled, noGrad } from "./modes.js";
import { ruleOf } from "./rules.js";
import { save } from "./saved.js";
import { assertTogether } from "./seed.js";

const floating = (type: TensorType): boolean => dtypes[type.dtype].kind === "float";

/** Whether the tensor needs a gradient. The edge of a view is updated first. */
function requires(tensor: Tensor): boolean {
  if (tensor.origin !== undefined) refresh(tensor);
  return tensor.gradientState?.requiresGrad === true;
}

/** Computes the edge of a view again if its base was written since, directly or through another view. */
export function refresh(view: Tensor): void {
  const { origin } = view;
  if (origin === undefined) return;
  const graphVersion = stateOf(origin.base)?.graphVersion ?? 0;
  if (graphVersion > 0 && (stateOf(view)?.seenVersion ?? 0) < graphVersion) follow(view, origin, graphVersion);
}

/** Connects a view to the tape at the place to which its base has moved. */
function follow(view: Tensor, origin: ViewOrigin, graphVersion: number): void {
  const state = ensureState(view);
  state.seenVersion = graphVersion;
  let edge = edgeOf(origin.base);
  if (edge === undefined) return;
  let parent = origin.base;
  for (const { view: name, attributes } of listViewSteps(origin.steps)) {
    const primitive = viewPrimitives[name];
    const layout = primitive.apply(parent.layout, attributes as never);
    const result = new Tensor({ storage: view.storage, layout });
    const call = {
      primitive,
      inputs: [parent],
      attributes,
      targets: undefined,
      backend: parent.backend,
    } as unknown as Call;
    edge = { node: record(call, [edge], [result], saveInputs(call, [true])), index: 0 };
    parent = result;
  }
  connect(state, edge);
}

/**
 * Connects a tensor to another place on the tape. If its gradient is to be retained, it is the one that arrives there.
 */
function connect(state: State, edge: Edge): void {
  const old = state.edge;
  if (old?.node.hooks?.[old.index]?.retained.delete(state) === true) hooksOf(edge).retained.add(state);
  state.edge = edge;
  state.requiresGrad = true;
}

type SavedInputs = { readonly outputs: readonly number[]; readonly inputs: readonly (Saved | undefined)[] };

/** Saves the inputs that the rule will read, before the call may overwrite them. */
function saveInputs(call: Call, wanted: readonly boolean[]): SavedInputs {
  const saves = ruleOf(call.primitive).saves(call.attributes, wanted, call.inputs);
  const inputs = new Array<Saved | undefined>(call.inputs.length).fill(undefined);
  try {
    for (const i of saves.inputs) {
      const tensor = call.inputs[i]!;
      inputs[i] = overwrites(call, tensor) ? savedCopy(tensor) : save(tensor, edgeOf(tensor));
    }
  } catch (error) {
    for (const value of inputs) value?.drop();
    throw error;
  }
  return { inputs, outputs: saves.outputs };
}

/** Whether a call writes into the memory of a tensor. */
function overwrites({ targets }: Call, tensor: Tensor): boolean {
  return targets?.some((target) => target.storage === tensor.storage) === true;
}

/** Copies a value that the call itself is about to overwrite (as `x.sin_()` does), and saves the copy. */
function savedCopy(tensor: Tensor): Saved {
  let saved: Saved | undefined;
  owned(() => {
    const copy = noGrad(() => callMap("saved", [tensor], [identityExpr(tensor.dtype)])[0]!);
    saved = save(copy, edgeOf(tensor));
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
    // The layout itself is not kept, because it would keep the memory alive.
    const { shape, dtype, strides } = inputs[i]!.layout;
    inputTypes[i] = { shape, dtype, strides };
  }
  const savedOutputs = new Array<Saved | undefined>(outputs.length).fill(undefined);
  const node: Node = {
    operation: {
      primitive: call.primitive,
      attributes: call.attributes,
      scalars: call.scalars,
      edges,
      inputs: inputTypes,
      backend: (inputs[0] ?? outputs[0]!).backend,
      trace: callSite(),
      saved: { inputs: saved.inputs, outputs: savedOutputs },
    },
    leaf: undefined,
    outputs: types,
    hooks: undefined,
  };
  for (const k of saved.outputs) savedOutputs[k] = save(outputs[k]!, { node, index: k });
  // Nobody can reach a node that library code has recorded before it throws. A node that saves nothing may belong to a view
  // of the user's, which is brought up to date.
  if (saved.outputs.length > 0 || saved.inputs.some((input) => input !== undefined)) undoOnThrow(node, freeNode);
  return node;
}

/** @throws AutogradError where writing in place would make gradients wrong. */
function assertWritable(target: Tensor, operation: string): void {
  for (const tensor of target.origin === undefined ? [target] : [target, target.origin.base]) {
    const state = stateOf(tensor);
    if (state?.requiresGrad !== true || !state.isLeaf) continue;
    const what = tensor === target ? "a leaf that requires a gradient" : "a view of a leaf that requires a gradient";
    throw new AutogradError(operation, `${what} cannot be changed in place: ${formatShape(target.shape)}`, {
      rule: "its gradient would belong to a value that no longer exists",
      remedy: "inside noGrad(() => …), or use the out-of-place operation",
    });
  }
  if (target.origin === undefined || stateOf(target)?.seenVersion !== Number.POSITIVE_INFINITY) return;
  throw new AutogradError(
    operation,
    `a view that was made inside noGrad cannot be changed in place: ${formatShape(target.shape)}`,
    {
      rule: "the gradient of its base could not be updated",
      remedy: "make the view outside noGrad, or write inside it",
    },
  );
}

/** Connects a target that was written in place, and the base of which it is a view, to `node`. */
function rebase(target: Tensor, node: Node, index: number): void {
  const state = ensureState(target);
  connect(state, { node, index });
  if (target.origin === undefined) {
    state.graphVersion++;
    return;
  }
  const { base } = target.origin;
  const baseState = ensureState(base);
  const steps = listViewSteps(target.origin.steps);
  const call = {
    primitive: assignView,
    inputs: [base, target],
    scalars: [],
    attributes: { steps },
    targets: [base],
    backend: base.backend,
  } as unknown as Call;
  const edges = [edgeOf(base), state.edge];
  connect(baseState, { node: record(call, edges, [base], { inputs: [], outputs: [] }), index: 0 });
  baseState.graphVersion++;
  state.seenVersion = baseState.graphVersion;
}

/** Connects a tensor that was changed in place by an operation without a primitive. */
export function rebaseOutput(target: Tensor, node: Node, index: number, operation: string): void {
  assertWritable(target, operation);
  rebase(target, node, index);
}

/** Returns the name of an in-place call in errors. */
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
        state.seenVersion = Number.POSITIVE_INFINITY;
      }
      return outputs;
    }
    let any = false;
    for (let i = 0; i < inputs.length; i++) if (requires(inputs[i]!)) any = true;
    if (targets !== undefined) for (const target of targets) if (requires(target)) any = true;
    if (!any) {
      const outputs = next(call);
      if (primitive.view === true) noteView(outputs[0]!, inputs[0]!);
      return outputs;
    }
    if (primitive.decompose !== undefined) return primitive.decompose(call);
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
    if (primitive.view === true) noteView(outputs[0]!, inputs[0]!);
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
    // Each registration has its own function, so that a hook that is registered twice runs twice.
    const own: GradientHook = (gradient) => hook(gradient);
    hooks.add(own);
    return () => {
      hooks.delete(own);
    };
  },

  registerPostAccumulateGradHook(tensor: Tensor, hook: (tensor: Tensor) => void): RemoveHook {
    assertFunction("registerPostAccumulateGradHook", hook);
    const { node } = requireEdge("registerPostAccumulateGradHook", tensor);
    const { leaf } = node;
    if (leaf === undefined) {
      throw new AutogradError(
        "registerPostAccumulateGradHook",
        `the tensor ${formatShape(tensor.shape)} was computed from others`,
        { rule: "gradients are accumulated in leaves", remedy: "use registerHook" },
      );
    }
    leaf.stored ??= new Set();
    const { stored } = leaf;
    const own = (): void => refusePromise("registerPostAccumulateGradHook", hook(tensor));
    stored.add(own);
    return () => {
      stored.delete(own);
    };
  },

  backward(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
    backward(requireEdge("backward", tensor), tensor, gradient, options);
  },

  backwardAsync(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): Promise<void> {
    return backwardAsync(requireEdge("backward", tensor), tensor, gradient, options);
  },

  noGrad,
};

/** @throws LucidError if `gradient` cannot be the gradient of `tensor`. */
function checkGradient(tensor: Tensor, gradient: unknown): void {
  if (!(gradient instanceof Tensor)) {
    throw new ArgumentError("grad", `the gradient is ${describeValue(gradient)}`, {
      rule: "a gradient is a tensor, or null",
    });
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

/**
 * Connects a new view to the tape. It has seen everything that was written to its base so far, unless it is a view of a
 * view that was made inside `noGrad`.
 */
function noteView(view: Tensor, parent: Tensor): void {
  const inherited = parent.origin !== undefined && stateOf(parent)?.seenVersion === Number.POSITIVE_INFINITY;
  const seen = inherited ? Number.POSITIVE_INFINITY : (stateOf(view.origin!.base)?.graphVersion ?? 0);
  if (seen > 0) ensureState(view).seenVersion = seen;
}

/** Returns the place of a tensor on the tape. @throws AutogradError if the tensor does not require a gradient. */
export function requireEdge(operation: string, tensor: Tensor): Edge {
  requires(tensor);
  const edge = edgeOf(tensor);
  if (edge !== undefined) return edge;
  throw new AutogradError(operation, `the tensor ${formatShape(tensor.shape)} does not require a gradient`, {
    rule: "nothing was recorded for it",
    remedy: "make one of its inputs with { requiresGrad: true }, and compute outside noGrad",
  });
}
