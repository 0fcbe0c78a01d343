/**
 * A backward pass under way: which nodes it visits, what has arrived where, and how gradients flow from one to the next.
 *
 * @module
 */
import { AutogradError, type Backend, constant, type TensorType } from "@lucid/backend";
import { add, asUser, callGenerate, callView, expandView, markEscaped, type Tensor } from "@lucid/tensor/core";
import { checkReplaced } from "./arriving.js";
import type { Edge, Node, State } from "./graph.js";
import type { RuleContext } from "./rule.js";
import { ruleOf } from "./rules.js";

/** A node's part in one backward pass. */
export interface Visit {
  /** Edges into the node that have not delivered yet. */
  waiting: number;
  /** By output: the sum of what has arrived. */
  gradients: (Tensor | undefined)[];
}

/** A backward pass under way. */
export interface Pass {
  /** The nodes that gradients flow through. */
  readonly visits: Map<Node, Visit>;
  /** Final gradients of leaves and of retained tensors, stored when everything has succeeded. */
  readonly results: Map<State, Tensor>;
  /** Nodes whose gradients are asked for; the pass ends at them, and stores nothing. */
  readonly captured: ReadonlySet<Node> | undefined;
}

/** By input of a node: its gradient, if it gets one. */
type Gradients = readonly (Tensor | undefined)[];

/** Nothing has arrived, or nothing more is needed. */
export const NONE: readonly never[] = [];

const operationOf = (node: Node): string => {
  const name = node.operation?.attributes.name;
  return typeof name === "string" ? name : (node.operation?.primitive.name ?? "leaf");
};

function newVisit({ outputs }: Node, waiting: number): Visit {
  return { waiting, gradients: new Array<Tensor | undefined>(outputs.length).fill(undefined) };
}

/** The graph below a root, or as much of it as is `needed`, with the number of edges into every node. */
export function explore(
  root: Node,
  needed: ReadonlySet<Node> | undefined,
  captured: Pass["captured"],
): Map<Node, Visit> {
  const visits = new Map<Node, Visit>();
  visits.set(root, newVisit(root, 0));
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
        visits.set(edge.node, newVisit(edge.node, 1));
        stack.push(edge.node);
      } else {
        visit.waiting++;
      }
    }
  }
  return visits;
}

/** The nodes on the ways from a root to some others, and whether a way leads to any other leaf. */
export function waysTo(
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
export function drop(gradient: Tensor): void {
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
export function abandon({ visits, results }: Pass): void {
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

function collect(pass: Pass, state: State, gradient: Tensor): void {
  gradient.storage.hold();
  pass.results.set(state, gradient);
}

/** A tensor of zeros that takes one element of memory. */
function zeros({ shape, dtype }: TensorType, backend: Backend): Tensor {
  return callView(expandView, callGenerate("zeros", backend, [], constant(0, dtype)), { shape });
}

/** What the rule of a node gets. */
function contextOf(node: Node, visit: Visit, { visits, captured }: Pass): RuleContext {
  const { attributes, edges, inputs, backend, saved } = node.operation!;
  const wanted = new Array<boolean>(edges.length);
  // A pass that stores what it finds goes wherever there is an edge.
  for (let i = 0; i < wanted.length; i++) {
    const edge = edges[i];
    wanted[i] = edge !== undefined && (captured === undefined || visits.has(edge.node));
  }
  return {
    attributes,
    wanted,
    inputTypes: inputs,
    outputTypes: node.outputs,
    backend,
    input: (index) => saved!.inputs[index]!.restore(operationOf(node), `input ${index}`),
    output: (index) => saved!.outputs[index]!.restore(operationOf(node), `output ${index}`),
    gradient: (index) => visit.gradients[index] ?? zeros(node.outputs[index]!, backend),
  };
}

const nothingArrived = ({ gradients }: Visit): boolean => gradients.every((gradient) => gradient === undefined);

/** The gradients that a node passes on to its inputs. */
function pull(node: Node, visit: Visit, pass: Pass): Gradients {
  if (nothingArrived(visit)) return NONE;
  return ruleOf(node.operation!.primitive).gradients(contextOf(node, visit, pass));
}

/** Does what is due at a node: its hooks, and the collecting of what is asked for. Whether gradients go on to its inputs. */
function arrive(node: Node, visit: Visit, pass: Pass): boolean {
  runHooks(node, visit, pass);
  if (pass.captured?.has(node) === true) return false;
  if (node.leaf === undefined) return true;
  if (visit.gradients[0] !== undefined) collect(pass, node.leaf, visit.gradients[0]);
  dropAll(visit);
  return false;
}

/** Delivers a node's gradients to its inputs; `ready` gets those that wait for no more. */
function passOn(node: Node, visit: Visit, gradients: Gradients, { visits }: Pass, ready: Node[]): void {
  const { edges, inputs, backend } = node.operation!;
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i];
    const next = edge === undefined ? undefined : visits.get(edge.node);
    if (next === undefined) continue;
    if (gradients[i] !== undefined) deliver(next, edge!.index, gradients[i]!);
    if (--next.waiting > 0) continue;
    // What depends on a leaf, if only by steps, gives it a gradient of zeros (floor, sign), as in PyTorch.
    const bare = edge!.node.leaf !== undefined && next.gradients[edge!.index] === undefined;
    if (bare) deliver(next, edge!.index, zeros(inputs[i]!, backend));
    ready.push(edge!.node);
  }
  dropAll(visit);
}

/** Lets gradients flow from `root`; results are collected in the pass. On a throw nothing is left under way. */
export function flow(root: Edge, seed: Tensor, pass: Pass): void {
  const { visits } = pass;
  const ready: Node[] = [root.node];
  try {
    deliver(visits.get(root.node)!, root.index, seed);
    for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
      const visit = visits.get(node)!;
      if (arrive(node, visit, pass)) passOn(node, visit, pull(node, visit, pass), pass, ready);
    }
  } catch (error) {
    abandon(pass);
    throw error;
  }
}

/**
 * {@link flow} for graphs that cross to backends which cannot read synchronously: waits where a rule has to. Everything
 * between two waits runs in `step`.
 */
export async function flowAsync(
  root: Edge,
  seed: () => Tensor,
  pass: Pass,
  step: <R>(code: () => R) => R,
): Promise<void> {
  const { visits } = pass;
  const ready: Node[] = [root.node];
  try {
    step(() => deliver(visits.get(root.node)!, root.index, seed()));
    for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
      const current = node;
      const visit = visits.get(current)!;
      if (!step(() => arrive(current, visit, pass))) continue;
      const { gradientsAsync } = ruleOf(current.operation!.primitive);
      const waits = gradientsAsync !== undefined && !nothingArrived(visit);
      const waited = waits ? await gradientsAsync(contextOf(current, visit, pass)) : undefined;
      step(() => passOn(current, visit, waited ?? pull(current, visit, pass), pass, ready));
    }
  } catch (error) {
    abandon(pass);
    throw error;
  }
}
