/**
 * The backward pass: gradients flow from a root through the graph, each node once, when all of its gradients are in.
 *
 * @module
 */
import {
  AutogradError,
  cast,
  constant,
  type DType,
  type Expr,
  equalShapes,
  formatShape,
  input,
  isContiguous,
  op,
  ShapeError,
  sizeOf,
} from "@lucid/backend";
import {
  add,
  asUser,
  type BackwardOptions,
  callGenerate,
  callMap,
  callMapInto,
  callView,
  expandView,
  identityExpr,
  markEscaped,
  owned,
  type Tensor,
} from "@lucid/tensor/core";
import { type Edge, freeNode, type Node, type State, storeGradient } from "./graph.js";
import { enableGrad, noGrad } from "./modes.js";
import type { RuleContext } from "./rule.js";
import { ruleOf } from "./rules.js";

/** A node's part in one backward pass. */
interface Visit {
  /** Edges into the node that have not delivered yet. */
  waiting: number;
  /** By output: the sum of what has arrived. */
  readonly gradients: (Tensor | undefined)[];
}

/** What a pass yields besides the gradients that flow. */
interface Pass {
  readonly visits: Map<Node, Visit>;
  /** Final gradients of leaves and of retained tensors, stored when everything has succeeded. */
  readonly results: Map<State, Tensor>;
  /** Edges whose gradients are asked for; the pass does not go below them. */
  readonly captured: Map<Node, (Tensor | undefined)[]> | undefined;
}

const operationOf = (node: Node): string => {
  const name = node.operation?.attributes.name;
  return typeof name === "string" ? name : (node.operation?.primitive.name ?? "leaf");
};

/** The graph below a root, with the number of edges into every node. */
function explore(root: Node, captured: Pass["captured"]): Map<Node, Visit> {
  const visits = new Map<Node, Visit>([[root, { waiting: 0, gradients: [] }]]);
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.operation === undefined || captured?.has(node) === true) continue;
    if (node.operation.saved === undefined) {
      throw new AutogradError("backward", `the graph through [${operationOf(node)}] was freed by an earlier backward`, {
        rule: "backward frees what it needs no more",
        remedy: "pass { retainGraph: true } to the earlier one",
      });
    }
    for (const edge of node.operation.edges) {
      if (edge === undefined) continue;
      const visit = visits.get(edge.node);
      if (visit === undefined) {
        visits.set(edge.node, { waiting: 1, gradients: [] });
        stack.push(edge.node);
      } else {
        visit.waiting++;
      }
    }
  }
  return visits;
}

/** Ends the library's use of a gradient in flight. */
function drop(gradient: Tensor): void {
  const { storage } = gradient;
  storage.unhold();
  if (storage.holds === 0 && !storage.escaped && !storage.released) storage.release();
}

/** Adds a gradient to what has arrived at an output. */
function deliver(visit: Visit, index: number, gradient: Tensor): void {
  const before = visit.gradients[index];
  const sum = before === undefined ? gradient : add(before, gradient);
  sum.storage.hold();
  visit.gradients[index] = sum;
  if (before !== undefined) drop(before);
}

/** Runs the hooks of a node's outputs and keeps the gradients of retained tensors. */
function runHooks(node: Node, visit: Visit, pass: Pass): void {
  if (node.hooks === undefined) return;
  node.hooks.forEach((registered, index) => {
    let gradient = visit.gradients[index];
    if (registered === undefined || gradient === undefined) return;
    for (const hook of registered.hooks) {
      const current: Tensor = markEscaped(gradient);
      const replaced = asUser(() => hook(current));
      if (replaced === undefined || replaced === current) continue;
      if (!equalShapes(replaced.shape, current.shape) || replaced.dtype !== current.dtype) {
        throw new ShapeError(
          "registerHook",
          `the hook returned ${formatShape(replaced.shape)} ${replaced.dtype} for a gradient ${formatShape(current.shape)} ${current.dtype}`,
          [replaced.shape, current.shape],
          {
            rule: "a hook keeps the gradient's shape and type",
          },
        );
      }
      replaced.storage.hold();
      visit.gradients[index] = replaced;
      drop(current);
      gradient = replaced;
    }
    for (const state of registered.retained) collect(pass, state, gradient);
  });
}

function collect(pass: Pass, state: State, gradient: Tensor): void {
  gradient.storage.hold();
  const before = pass.results.get(state);
  pass.results.set(state, gradient);
  if (before !== undefined) drop(before);
}

/** A tensor of zeros that takes one element of memory. */
function zeros(node: Node, index: number): Tensor {
  const { shape, dtype } = node.outputs[index]!;
  return callView(expandView, callGenerate("zeros", node.operation!.backend, [], constant(0, dtype)), { shape });
}

/** The gradients that a node passes on to its inputs. */
function pull(node: Node, visit: Visit): readonly (Tensor | undefined)[] {
  const { primitive, attributes, edges, inputs, backend, saved } = node.operation!;
  const context: RuleContext = {
    attributes,
    wanted: edges.map((edge) => edge !== undefined),
    inputTypes: inputs,
    outputTypes: node.outputs,
    backend,
    input: (index) => saved!.inputs[index]!.restore(operationOf(node), `input ${index}`),
    output: (index) => saved!.outputs[index]!.restore(operationOf(node), `output ${index}`),
    gradient: (index) => visit.gradients[index] ?? zeros(node, index),
  };
  return ruleOf(primitive).gradients(context);
}

/** Lets gradients flow from `root`; results are collected in the pass. */
function flow(root: Edge, seed: Tensor, pass: Pass): void {
  const { visits } = pass;
  const ready: Node[] = [root.node];
  deliver(visits.get(root.node)!, root.index, seed);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    const visit = visits.get(node)!;
    runHooks(node, visit, pass);
    const captured = pass.captured?.get(node);
    if (captured !== undefined) {
      visit.gradients.forEach((gradient, index) => {
        captured[index] = gradient;
      });
      continue;
    }
    if (node.leaf !== undefined) {
      if (pass.captured === undefined && visit.gradients[0] !== undefined) collect(pass, node.leaf, visit.gradients[0]);
    } else {
      const arrived = visit.gradients.some((gradient) => gradient !== undefined);
      const gradients = arrived ? pull(node, visit) : [];
      const { edges } = node.operation!;
      for (let i = 0; i < edges.length; i++) {
        const edge = edges[i];
        if (edge === undefined) continue;
        const next = visits.get(edge.node)!;
        if (gradients[i] !== undefined) deliver(next, edge.index, gradients[i]!);
        if (--next.waiting === 0) ready.push(edge.node);
      }
    }
    for (const gradient of visit.gradients) if (gradient !== undefined) drop(gradient);
  }
}

/** The gradient to begin with: the one given, checked, or 1 for a single element. */
function seedOf(root: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient === undefined) {
    if (root.size !== 1) {
      throw new AutogradError("backward", `the tensor has ${root.size} elements: ${formatShape(root.shape)}`, {
        rule: "only a single number has a gradient of its own",
        remedy: "reduce it first, for example loss.mean(), or pass the gradient of this tensor",
      });
    }
    return callGenerate("ones", root.backend, root.shape, constant(1, root.dtype));
  }
  if (!equalShapes(gradient.shape, root.shape)) {
    throw new ShapeError(
      "backward",
      `the gradient is ${formatShape(gradient.shape)}, the tensor ${formatShape(root.shape)}`,
      [gradient.shape, root.shape],
      {
        rule: "a gradient has its tensor's shape",
      },
    );
  }
  if (gradient.dtype === root.dtype) return gradient;
  return callMap("to", [gradient], [cast(input(0, gradient.dtype), root.dtype)])[0]!;
}

/** A gradient that `.grad` can keep: its own, whole, contiguous storage, which nothing else names. */
function settle(gradient: Tensor, graph: boolean): Tensor {
  const { storage, layout } = gradient;
  const own =
    !storage.escaped && storage.holds === 1 && isContiguous(layout) && storage.length === sizeOf(layout.shape);
  if (own || graph) return gradient;
  return callMap("clone", [gradient], [identityExpr(gradient.dtype)])[0]!;
}

/** Stores what a pass collected: replaces nothing until all of it is there. */
function storeResults(results: Map<State, Tensor>, createGraph: boolean): void {
  const settled: [state: State, gradient: Tensor, add: boolean][] = [];
  for (const [state, gradient] of results) {
    if (state.grad === undefined) settled.push([state, settle(gradient, createGraph), false]);
    else if (createGraph) settled.push([state, add(state.grad, gradient), false]);
    else settled.push([state, gradient, true]);
  }
  for (const [state, gradient, accumulate] of settled) {
    if (accumulate) callMapInto("backward", [state.grad!], [state.grad!, gradient], [sumOf(gradient.dtype)]);
    else storeGradient(state, gradient);
  }
  for (const gradient of results.values()) drop(gradient);
}

const sumOf = (dtype: DType): Expr => op("add", input(0, dtype), input(1, dtype));

/** Accumulates gradients into the leaves below `edge`; on a failure no `.grad` has changed and the graph is whole. */
export function backward(edge: Edge, root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const mode = createGraph ? enableGrad : noGrad;
  owned(() => {
    mode(() => {
      const visits = explore(edge.node, undefined);
      const pass: Pass = { visits, results: new Map(), captured: undefined };
      flow(edge, seedOf(root, gradient), pass);
      storeResults(pass.results, createGraph);
      if (!retainGraph) for (const node of visits.keys()) freeNode(node);
    });
  });
}

/** Options of {@link gradientsAt}. */
export interface GradientsOptions {
  /** The gradient of the root; needed unless it is a single number. */
  readonly gradient?: Tensor;
  /** Keep what was saved; default what `createGraph` comes to. */
  readonly retainGraph?: boolean;
}

/**
 * The gradients of a root with respect to tensors in its graph; undefined where it does not depend on one. `createGraph`
 * "auto" records where leaves other than these were reached.
 */
export function gradientsAt(
  edge: Edge,
  root: Tensor,
  wanted: readonly Edge[],
  createGraph: boolean | "auto",
  options: GradientsOptions = {},
): readonly (Tensor | undefined)[] {
  return owned(() => {
    const captured = new Map<Node, (Tensor | undefined)[]>(wanted.map(({ node }) => [node, []]));
    const visits = explore(edge.node, captured);
    const others = [...visits.keys()].some((node) => node.leaf !== undefined && !captured.has(node));
    const graph = createGraph === "auto" ? others : createGraph;
    const mode = graph ? enableGrad : noGrad;
    return mode(() => {
      flow(edge, seedOf(root, options.gradient), { visits, results: new Map(), captured });
      const results = wanted.map(({ node, index }) => captured.get(node)![index]);
      for (const result of results) result?.storage.unhold();
      if (!(options.retainGraph ?? graph)) for (const node of visits.keys()) if (!captured.has(node)) freeNode(node);
      return results;
    });
  });
}
