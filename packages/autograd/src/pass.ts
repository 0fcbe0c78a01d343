/**
 * A backward pass: which nodes it visits, which gradients have arrived, and how gradients flow from node to node.
 *
 * @module
 */
import { AutogradError, type Backend, type TensorType } from "@lucid/backend";
import { adopt, asUser, markEscaped, type RuleContext } from "@lucid/tensor/extend";
import { add, type Tensor } from "@lucid/tensor/functions";
import { assertNumbers, assertNumbersAsync, isDetecting } from "./anomaly.js";
import type { Edge, Node, State } from "./graph.js";
import { ruleOf } from "./rules.js";
import { checkReplaced } from "./seed.js";
import { expandedZeros } from "./zeros.js";

/** The state of a node in one backward pass. */
export interface Visit {
  /** How many edges into the node have not delivered a gradient yet. */
  waiting: number;
  /** For each output, the sum of the gradients that have arrived. */
  gradients: (Tensor | undefined)[];
}

/** The state of one backward pass. */
export interface Pass {
  /** The function that the user called, for errors. Its asynchronous form ends in `Async`. */
  readonly operation: string;
  /** The nodes that gradients flow through. */
  readonly visits: Map<Node, Visit>;
  /** Final gradients of leaves and of retained tensors, stored when everything has succeeded. */
  readonly results: Map<State, Tensor>;
  /** The nodes whose gradients are asked for. The pass keeps these and stores no others. */
  readonly captured: ReadonlySet<Node> | undefined;
}

/** The gradient of each input of a node, undefined for an input that gets none. */
type Gradients = readonly (Tensor | undefined)[];

/** The empty list: nothing has arrived, or nothing more is needed. */
export const NONE: readonly never[] = [];

const operationOf = (node: Node): string => {
  const name = node.operation?.attributes.name;
  return typeof name === "string" ? name : (node.operation?.primitive.name ?? "leaf");
};

function newVisit({ outputs }: Node, waiting: number): Visit {
  return { waiting, gradients: new Array<Tensor | undefined>(outputs.length).fill(undefined) };
}

/** Finds the graph below a root, or the part of it that is `needed`, with the number of edges into every node. */
export function explore(
  root: Node,
  needed: ReadonlySet<Node> | undefined,
  captured: Pass["captured"],
): Map<Node, Visit> {
  const visits = new Map<Node, Visit>();
  visits.set(root, newVisit(root, 0));
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.operation === undefined || (needed === undefined && captured?.has(node) === true)) continue;
    if (node.operation.saved === undefined) {
      throw new AutogradError("backward", `the graph through [${operationOf(node)}] was freed by an earlier backward`, {
        rule: "backward frees the values that it no longer needs",
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

/**
 * Finds the nodes on the paths from a root to some other nodes, and whether a path leads to any other leaf.
 *
 * @param beyond - whether a path may continue through one of those nodes to another one.
 */
export function pathsTo(
  root: Node,
  targets: ReadonlySet<Node>,
  beyond: boolean,
): { readonly needed: ReadonlySet<Node>; readonly others: boolean } {
  const users = new Map<Node, Node[]>([[root, []]]);
  let others = false;
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (targets.has(node) && (!beyond || node.operation === undefined)) continue;
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
    for (const user of users.get(node)!) stack.push(user);
  }
  return { needed, others };
}

/** Ends the library's use of a gradient that has not been stored. */
export function drop(gradient: Tensor): void {
  const { storage } = gradient;
  storage.unhold();
  if (storage.holds === 0 && !storage.escaped && !storage.released) storage.release();
}

/** Ends the library's use of everything that arrived at a node. */
function dropAll(visit: Visit): void {
  const { gradients } = visit;
  visit.gradients = NONE as readonly never[] as never[];
  for (const gradient of gradients) if (gradient !== undefined) drop(gradient);
}

/** Releases everything that a failed pass has collected. */
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

/** Makes zeros of a type. They take the memory of one element. */
function zerosOf({ shape, dtype }: TensorType, backend: Backend): Tensor {
  return expandedZeros({ dtype, backend }, shape);
}

/** Makes the context of a node's rule. */
function contextOf(node: Node, visit: Visit, { operation, visits, captured }: Pass): RuleContext {
  const { attributes, scalars, edges, inputs, backend, saved } = node.operation!;
  const wanted = new Array<boolean>(edges.length);
  // A pass that stores all gradients follows every edge.
  for (let i = 0; i < wanted.length; i++) {
    const edge = edges[i];
    wanted[i] = edge !== undefined && (captured === undefined || visits.has(edge.node));
  }
  return {
    operation,
    attributes,
    scalars,
    wanted,
    inputTypes: inputs,
    outputTypes: node.outputs,
    backend,
    input: (index) => saved!.inputs[index]!.restore(operationOf(node), `input ${index}`),
    output: (index) => saved!.outputs[index]!.restore(operationOf(node), `output ${index}`),
    gradients: visit.gradients,
    gradient: (index) => visit.gradients[index] ?? zerosOf(node.outputs[index]!, backend),
  };
}

/** Whether a gradient lies in memory of its own, and not in that of one which arrived. */
const isNew = ({ storage }: Tensor, { gradients }: Visit): boolean =>
  gradients.every((arrived) => arrived?.storage !== storage);

const nothingArrived = ({ gradients }: Visit): boolean => gradients.every((gradient) => gradient === undefined);

/** Names an operation in the errors of anomaly mode. */
const culpritOf = (node: Node): { readonly name: string; readonly trace: string | undefined } => ({
  name: operationOf(node),
  trace: node.operation!.trace,
});

/** Computes the gradients that a node passes on to its inputs. */
function pull(node: Node, visit: Visit, pass: Pass): Gradients {
  if (nothingArrived(visit)) return NONE;
  return ruleOf(node.operation!.primitive).gradients(contextOf(node, visit, pass));
}

/**
 * Runs the hooks of a node and collects the gradients that are asked for. Returns whether gradients go on to its
 * inputs.
 */
function arrive(node: Node, visit: Visit, pass: Pass): boolean {
  runHooks(node, visit, pass);
  if (pass.captured?.has(node) === true) return leadsOn(node, pass);
  if (node.leaf === undefined) return true;
  if (visit.gradients[0] !== undefined) collect(pass, node.leaf, visit.gradients[0]);
  dropAll(visit);
  return false;
}

/** Whether a pass visits an input of a node. */
export function leadsOn({ operation }: Node, { visits }: Pick<Pass, "visits">): boolean {
  return operation?.edges.some((edge) => edge !== undefined && visits.has(edge.node)) === true;
}

/** Delivers the gradients of a node to its inputs. Nodes that wait for no more gradients are added to `ready`. */
function passOn(node: Node, visit: Visit, gradients: Gradients, { visits, captured }: Pass, ready: Node[]): void {
  const { edges, inputs, backend } = node.operation!;
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i];
    const next = edge === undefined ? undefined : visits.get(edge.node);
    if (next === undefined) continue;
    if (gradients[i] !== undefined) deliver(next, edge!.index, gradients[i]!);
    if (--next.waiting > 0) continue;
    // A leaf that a result depends on gets a gradient of zeros if all derivatives are zero (floor, sign), as in
    // PyTorch.
    const bare = edge!.node.leaf !== undefined && next.gradients[edge!.index] === undefined;
    if (bare) deliver(next, edge!.index, zerosOf(inputs[i]!, backend));
    ready.push(edge!.node);
  }
  if (captured?.has(node) !== true) dropAll(visit);
}

/**
 * Passes gradients on from `root`, and collects the results in the pass. If it throws, everything that was collected is
 * released.
 */
export function flow(root: Edge, seed: Tensor, pass: Pass): void {
  const { visits } = pass;
  const ready: Node[] = [root.node];
  try {
    deliver(visits.get(root.node)!, root.index, seed);
    for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
      const visit = visits.get(node)!;
      if (!arrive(node, visit, pass)) continue;
      const gradients = pull(node, visit, pass);
      if (isDetecting()) assertNumbers(culpritOf(node), gradients);
      passOn(node, visit, gradients, pass, ready);
    }
  } catch (error) {
    abandon(pass);
    throw error;
  }
}

/** Runs library code between two waits. */
export type AsyncStep = <R>(code: () => R) => R;

/**
 * Does what {@link flow} does for graphs that cross to backends which cannot read synchronously. It waits where a rule
 * has to; everything between two waits runs in `step`.
 */
export async function flowAsync(root: Edge, seed: () => Tensor, pass: Pass, step: AsyncStep): Promise<void> {
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
      if (isDetecting()) {
        const gradients = waited ?? step(() => pull(current, visit, pass));
        await assertNumbersAsync(culpritOf(current), gradients);
        step(() => passOn(current, visit, gradients, pass, ready));
        continue;
      }
      step(() => {
        for (const gradient of waited ?? NONE) if (gradient !== undefined && isNew(gradient, visit)) adopt(gradient);
        passOn(current, visit, waited ?? pull(current, visit, pass), pass, ready);
      });
    }
  } catch (error) {
    abandon(pass);
    throw error;
  }
}
