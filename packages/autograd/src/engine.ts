/**
 * The backward pass: gradients flow from a root through the graph, each node once, when all of its gradients are in.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  BackendError,
  cast,
  constant,
  DisposedError,
  type DType,
  type Expr,
  equalShapes,
  formatShape,
  input,
  isContiguous,
  op,
  rootOf,
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
  refusePromise,
  Tensor,
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
  gradients: (Tensor | undefined)[];
}

/** A backward pass under way. */
interface Pass {
  /** The nodes that gradients flow through. */
  readonly visits: Map<Node, Visit>;
  /** Final gradients of leaves and of retained tensors, stored when everything has succeeded. */
  readonly results: Map<State, Tensor>;
  /** Nodes whose gradients are asked for; the pass ends at them, and stores nothing. */
  readonly captured: ReadonlySet<Node> | undefined;
}

/** Nothing has arrived, or nothing more is needed. */
const NONE: readonly never[] = [];

const operationOf = (node: Node): string => {
  const name = node.operation?.attributes.name;
  return typeof name === "string" ? name : (node.operation?.primitive.name ?? "leaf");
};

/** The graph below a root, or as much of it as is `needed`, with the number of edges into every node. */
function explore(root: Node, needed: ReadonlySet<Node> | undefined, captured: Pass["captured"]): Map<Node, Visit> {
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
      if (edge === undefined || needed?.has(edge.node) === false) continue;
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

/** The nodes on the ways from a root to some others, and whether a way leads to any other leaf. */
function waysTo(
  root: Node,
  targets: ReadonlySet<Node>,
): { readonly needed: ReadonlySet<Node>; readonly others: boolean } {
  const users = new Map<Node, Node[]>([[root, []]]);
  let others = false;
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (targets.has(node)) continue;
    if (node.operation === undefined) {
      others = true;
      continue;
    }
    for (const edge of node.operation.edges) {
      if (edge === undefined) continue;
      const known = users.get(edge.node);
      if (known !== undefined) known.push(node);
      else {
        users.set(edge.node, [node]);
        stack.push(edge.node);
      }
    }
  }
  const needed = new Set<Node>();
  for (const target of targets) if (users.has(target)) stack.push(target);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    stack.push(...users.get(node)!);
  }
  return { needed, others };
}

/** Ends the library's use of a gradient in flight. */
function drop(gradient: Tensor): void {
  const { storage } = gradient;
  storage.unhold();
  if (storage.holds === 0 && !storage.escaped && !storage.released) storage.release();
}

/** Ends the library's use of all that arrived at a node. */
function dropAll(visit: Visit): void {
  const { gradients } = visit;
  visit.gradients = NONE as readonly never[] as never[];
  for (const gradient of gradients) if (gradient !== undefined) drop(gradient);
}

/** Lets go of everything that a pass which failed had under way. */
function abandon({ visits, results }: Pass): void {
  for (const visit of visits.values()) dropAll(visit);
  for (const gradient of results.values()) drop(gradient);
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
      checkReplaced(replaced, current);
      markEscaped(replaced).storage.hold();
      visit.gradients[index] = replaced;
      drop(current);
      gradient = replaced;
    }
    if (pass.captured === undefined) for (const state of registered.retained) collect(pass, state, gradient);
  });
}

/** @throws LucidError if what a hook returned cannot take the gradient's place. */
function checkReplaced(replaced: unknown, gradient: Tensor): void {
  refusePromise("registerHook", replaced);
  if (!(replaced instanceof Tensor)) {
    throw new ArgumentError("registerHook", `the hook returned ${String(replaced)}`, {
      rule: "a hook returns a tensor or nothing",
    });
  }
  if (!equalShapes(replaced.shape, gradient.shape) || replaced.dtype !== gradient.dtype) {
    throw new ShapeError(
      "registerHook",
      `the hook returned ${formatShape(replaced.shape)} ${replaced.dtype} for a gradient ${formatShape(gradient.shape)} ${gradient.dtype}`,
      [replaced.shape, gradient.shape],
      {
        rule: "a hook keeps the gradient's shape and type",
      },
    );
  }
  assertTogether("registerHook", "the hook returned a tensor on another backend", replaced, gradient);
}

/** @throws BackendError if `tensor` does not live where `other` does. */
export function assertTogether(operation: string, fact: string, tensor: Tensor, other: Tensor): void {
  if (tensor.backend === other.backend || rootOf(tensor.backend) === rootOf(other.backend)) return;
  const backends = [tensor.backend.name, other.backend.name];
  throw new BackendError(operation, `${fact}: ${backends.join(" · ")}`, backends, {
    rule: "a gradient lives where its tensor does",
    remedy: "move it with to(backend)",
  });
}

function collect(pass: Pass, state: State, gradient: Tensor): void {
  gradient.storage.hold();
  pass.results.set(state, gradient);
}

/** A tensor of zeros that takes one element of memory. */
function zeros(node: Node, index: number): Tensor {
  const { shape, dtype } = node.outputs[index]!;
  return callView(expandView, callGenerate("zeros", node.operation!.backend, [], constant(0, dtype)), { shape });
}

/** The gradients that a node passes on to its inputs. */
function pull(node: Node, visit: Visit, { visits }: Pass): readonly (Tensor | undefined)[] {
  const { primitive, attributes, edges, inputs, backend, saved } = node.operation!;
  const context: RuleContext = {
    attributes,
    wanted: edges.map((edge) => edge !== undefined && visits.has(edge.node)),
    inputTypes: inputs,
    outputTypes: node.outputs,
    backend,
    input: (index) => saved!.inputs[index]!.restore(operationOf(node), `input ${index}`),
    output: (index) => saved!.outputs[index]!.restore(operationOf(node), `output ${index}`),
    gradient: (index) => visit.gradients[index] ?? zeros(node, index),
  };
  return ruleOf(primitive).gradients(context);
}

/** Lets gradients flow from `root`; results are collected in the pass. On a throw nothing is left under way. */
function flow(root: Edge, seed: Tensor, pass: Pass): void {
  const { visits, captured } = pass;
  const ready: Node[] = [root.node];
  try {
    deliver(visits.get(root.node)!, root.index, seed);
    for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
      const visit = visits.get(node)!;
      runHooks(node, visit, pass);
      if (captured?.has(node) === true) continue;
      if (node.leaf !== undefined) {
        if (visit.gradients[0] !== undefined) collect(pass, node.leaf, visit.gradients[0]);
      } else {
        const arrived = visit.gradients.some((gradient) => gradient !== undefined);
        const gradients = arrived ? pull(node, visit, pass) : NONE;
        const { edges } = node.operation!;
        for (let i = 0; i < edges.length; i++) {
          const edge = edges[i];
          const next = edge === undefined ? undefined : visits.get(edge.node);
          if (next === undefined) continue;
          if (gradients[i] !== undefined) deliver(next, edge!.index, gradients[i]!);
          if (--next.waiting === 0) ready.push(edge!.node);
        }
      }
      dropAll(visit);
    }
  } catch (error) {
    abandon(pass);
    throw error;
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
  assertTogether("backward", "the gradient lives on another backend", gradient, root);
  if (gradient.dtype === root.dtype) return gradient;
  return callMap("to", [gradient], [cast(input(0, gradient.dtype), root.dtype)])[0]!;
}

/** @throws ArgumentError if the gradient to begin with is no tensor. */
function checkGiven(gradient: unknown): void {
  if (gradient === undefined) return;
  if (gradient instanceof Tensor) {
    if (!gradient.disposed && !gradient.storage.freed) return;
    throw new DisposedError("backward", "the gradient was disposed");
  }
  throw new ArgumentError("backward", `the gradient is ${String(gradient)}`, {
    rule: "a gradient is a tensor",
    remedy: "backward(undefined, options) begins with 1",
  });
}

/**
 * What `.grad` becomes: the sum with what was there, in whole, contiguous storage of its own, which nothing else names.
 * The old gradient is left as it is, so that a pass can fail until its last moment.
 */
function settle(before: Tensor | undefined, gradient: Tensor, createGraph: boolean): Tensor {
  const { storage, layout } = gradient;
  const own =
    !storage.escaped && storage.holds === 1 && isContiguous(layout) && storage.length === sizeOf(layout.shape);
  if (before === undefined) return own ? gradient : callMap("clone", [gradient], [identityExpr(gradient.dtype)])[0]!;
  if (createGraph || !own) return add(before, gradient);
  callMapInto("backward", [gradient], [before, gradient], [sumOf(gradient.dtype)]);
  return gradient;
}

/** Stores what a pass collected: replaces nothing until all of it is there. */
function storeResults(pass: Pass, createGraph: boolean): void {
  const { results } = pass;
  const settled: Tensor[] = [];
  try {
    for (const [state, gradient] of results) settled.push(settle(state.grad, gradient, createGraph));
  } catch (error) {
    abandon(pass);
    throw error;
  }
  let next = 0;
  for (const state of results.keys()) storeGradient(state, settled[next++]!);
  for (const gradient of results.values()) drop(gradient);
}

const sumOf = (dtype: DType): Expr => op("add", input(0, dtype), input(1, dtype));

/** Runs `code` while the library uses `tensor`, so that gradients in flight do not take it along when they are freed. */
function using<R>(tensor: Tensor | undefined, code: () => R): R {
  tensor?.storage.hold();
  try {
    return code();
  } finally {
    tensor?.storage.unhold();
  }
}

/** Accumulates gradients into the leaves below `edge`; on a failure no `.grad` has changed and the graph is whole. */
export function backward(edge: Edge, root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const mode = createGraph ? enableGrad : noGrad;
  checkGiven(gradient);
  using(gradient, () =>
    owned(() => {
      mode(() => {
        const visits = explore(edge.node, undefined, undefined);
        const pass: Pass = { visits, results: new Map(), captured: undefined };
        flow(edge, seedOf(root, gradient), pass);
        storeResults(pass, createGraph);
        if (!retainGraph) for (const node of visits.keys()) freeNode(node);
      });
    }),
  );
}

/** Options of {@link gradientsAt}. */
export interface GradientsOptions {
  /** The gradient of the root; needed unless it is a single number. */
  readonly gradient?: Tensor;
  /** Keep what was saved; default what `createGraph` comes to. */
  readonly retainGraph?: boolean;
}

/** What {@link gradientsAt} yields. */
export interface GradientsFound {
  /** By wanted edge; undefined where the root does not depend on it. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Whether the gradients were recorded. */
  readonly recorded: boolean;
}

/**
 * The gradients of a root with respect to tensors in its graph. Nothing else in the graph is computed or freed.
 * `createGraph` "auto" records where leaves other than these were reached.
 */
export function gradientsAt(
  edge: Edge,
  root: Tensor,
  wanted: readonly Edge[],
  createGraph: boolean | "auto",
  options: GradientsOptions = {},
): GradientsFound {
  const { gradient } = options;
  return using(gradient, () =>
    owned(() => {
      const captured = new Set<Node>(wanted.map(({ node }) => node));
      const { needed, others } = waysTo(edge.node, captured);
      const recorded = createGraph === "auto" ? others : createGraph;
      if (!needed.has(edge.node)) return { gradients: wanted.map(() => undefined), recorded };
      const visits = explore(edge.node, needed, captured);
      const mode = recorded ? enableGrad : noGrad;
      return mode(() => {
        flow(edge, seedOf(root, gradient), { visits, results: new Map(), captured });
        const gradients = wanted.map(({ node, index }) => visits.get(node)?.gradients[index]);
        for (const node of captured) {
          for (const found of visits.get(node)?.gradients ?? NONE) found?.storage.unhold();
        }
        if (!(options.retainGraph ?? recorded)) {
          for (const node of visits.keys()) if (!captured.has(node)) freeNode(node);
        }
        return { gradients, recorded };
      });
    }),
  );
}
