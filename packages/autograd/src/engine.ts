/**
 * The two kinds of backward passes: one fills the `.grad` of all leaves, the other returns the gradients of some
 * tensors.
 *
 * @module
 */
import { type DType, type Expr, input, isContiguous, op, sizeOf } from "@lucid/backend";
import {
  assertComputed,
  asUser,
  callMap,
  callMapInto,
  identityExpr,
  markEscaped,
  owned,
  ownedAsync,
  whenComputed,
} from "@lucid/tensor/extend";
import { add, type BackwardOptions, type Tensor } from "@lucid/tensor/functions";
import { type Edge, freeNode, type Node, storeGradient } from "./graph.js";
import { enableGrad, noGrad } from "./modes.js";
import { type AsyncStep, abandon, drop, explore, flow, flowAsync, leadsOn, NONE, type Pass, pathsTo } from "./pass.js";
import { checkGiven, seedOf } from "./seed.js";

/**
 * The new value of `.grad`: the sum of the old gradient and the new one, contiguous and in a storage of its own. The
 * old gradient is not changed, so that a pass that fails leaves every `.grad` as it was.
 */
function accumulated(before: Tensor | undefined, gradient: Tensor, createGraph: boolean): Tensor {
  const { storage, layout } = gradient;
  const own =
    !storage.escaped && storage.holds === 1 && isContiguous(layout) && storage.length === sizeOf(layout.shape);
  if (before === undefined) return own ? gradient : callMap("clone", [gradient], [identityExpr(gradient.dtype)])[0]!;
  if (createGraph || !own) return add(before, gradient);
  callMapInto("backward", [gradient], [before, gradient], [sumOf(gradient.dtype)]);
  return gradient;
}

/** Checks the results of a pass. If the check throws, the results are released. */
function checkOrAbandon(pass: Pass, check: () => void): void {
  try {
    check();
  } catch (error) {
    abandon(pass);
    throw error;
  }
}

/** Stores the gradients that a pass collected. No `.grad` is replaced before all sums have been computed. */
function storeResults(pass: Pass, createGraph: boolean): void {
  const { results } = pass;
  const sums: Tensor[] = [];
  try {
    for (const [state, gradient] of results) sums.push(accumulated(state.grad, gradient, createGraph));
  } catch (error) {
    abandon(pass);
    throw error;
  }
  let next = 0;
  for (const state of results.keys()) storeGradient(state, sums[next++]!);
  for (const gradient of results.values()) drop(gradient);
}

/** Calls the hooks of the leaves whose gradients were stored. */
function runStoredHooks({ results }: Pass): void {
  for (const { stored } of results.keys()) if (stored !== undefined) for (const hook of stored) asUser(hook);
}

const sumOf = (dtype: DType): Expr => op("add", input(0, dtype), input(1, dtype));

/** Runs `code` while the library holds `tensor`, so that it is not freed together with the gradients of the pass. */
function whileHeld<R>(tensor: Tensor | undefined, code: () => R): R {
  tensor?.storage.hold();
  try {
    return code();
  } finally {
    tensor?.storage.unhold();
  }
}

/** The options of a backward pass, with their defaults. */
function resolveOptions({ createGraph = false, retainGraph = createGraph }: BackwardOptions): {
  readonly createGraph: boolean;
  readonly retainGraph: boolean;
  /** Runs library code, recorded if the pass is. */
  readonly step: <R>(code: () => R) => R;
} {
  const mode = createGraph ? enableGrad : noGrad;
  return { createGraph, retainGraph, step: (code) => owned(() => mode(code)) };
}

const passFrom = (edge: Edge): Pass => ({
  operation: "backward",
  visits: explore(edge.node, undefined, undefined),
  results: new Map(),
  captured: undefined,
});

/** Accumulates gradients into the leaves below `edge`; on a failure no `.grad` has changed and the graph is whole. */
export function backward(edge: Edge, root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
  const { createGraph, retainGraph, step } = resolveOptions(options);
  checkGiven(gradient);
  whileHeld(gradient, () =>
    step(() => {
      const pass = passFrom(edge);
      flow(edge, seedOf(root, gradient), pass);
      checkOrAbandon(pass, () => assertComputed([root, ...pass.results.values()]));
      storeResults(pass, createGraph);
      if (!retainGraph) for (const node of pass.visits.keys()) freeNode(node);
      runStoredHooks(pass);
    }),
  );
}

/** {@link backward} for graphs that cross to backends which cannot read synchronously. */
export async function backwardAsync(
  edge: Edge,
  root: Tensor,
  gradient: Tensor | undefined,
  options: BackwardOptions,
): Promise<void> {
  const { createGraph, retainGraph, step } = resolveOptions(options);
  checkGiven(gradient);
  gradient?.storage.hold();
  try {
    await ownedAsync(async (inOperation) => {
      const inStep: AsyncStep = (code) => inOperation(() => step(code));
      const pass = passFrom(edge);
      await flowAsync(edge, () => seedOf(root, gradient), pass, inStep);
      try {
        await whenComputed([root, ...pass.results.values()]);
      } catch (error) {
        abandon(pass);
        throw error;
      }
      inStep(() => storeResults(pass, createGraph));
      if (!retainGraph) for (const node of pass.visits.keys()) freeNode(node);
      inStep(() => runStoredHooks(pass));
    });
  } finally {
    gradient?.storage.unhold();
  }
}

/** Options of {@link gradientsAt}. */
export interface GradientsOptions {
  /** The gradient of the root; needed unless it is a single number. */
  readonly gradient?: Tensor | undefined;
  /** Whether the saved values are kept; default: whether the gradients are recorded. */
  readonly retainGraph?: boolean | undefined;
  /** The function that the user called, for errors; default "grad". */
  readonly operation?: string;
  /** Whether one of the wanted tensors may have been computed from another one; default false. */
  readonly chained?: boolean;
}

/** The result of {@link gradientsAt}. */
export interface GradientsFound {
  /** The gradient for each wanted edge; undefined where the root does not depend on it. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Whether the gradients were recorded. */
  readonly recorded: boolean;
}

/** The plan of {@link gradientsAt}: which nodes to visit, and what to do afterwards. */
interface Search {
  readonly wanted: readonly Edge[];
  readonly recorded: boolean;
  /** Undefined if the root depends on none of the wanted tensors. */
  readonly pass: (Pass & { readonly captured: ReadonlySet<Node> }) | undefined;
  readonly retainGraph: boolean;
}

function searchFor(
  edge: Edge,
  wanted: readonly Edge[],
  createGraph: boolean | "auto",
  { chained = false, retainGraph, operation = "grad" }: GradientsOptions,
): Search {
  const captured = new Set<Node>(wanted.map(({ node }) => node));
  const { needed, others } = pathsTo(edge.node, captured, chained);
  const recorded = createGraph === "auto" ? others : createGraph;
  const pass = needed.has(edge.node)
    ? { operation, visits: explore(edge.node, needed, captured), results: new Map(), captured }
    : undefined;
  return { wanted, recorded, pass, retainGraph: retainGraph ?? recorded };
}

/** Collects what a pass has found, and frees the graph unless it is retained. */
function takeFound({ wanted, recorded, pass, retainGraph }: Search): GradientsFound {
  if (pass === undefined) return { gradients: wanted.map(() => undefined), recorded };
  const { visits, captured } = pass;
  const gradients = wanted.map(({ node, index }) => visits.get(node)?.gradients[index]);
  for (const node of captured) {
    for (const found of visits.get(node)?.gradients ?? NONE) found?.storage.unhold();
  }
  if (!retainGraph) {
    for (const node of visits.keys()) if (!captured.has(node) || leadsOn(node, { visits })) freeNode(node);
  }
  return { gradients, recorded };
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
  return whileHeld(gradient, () =>
    owned(() => {
      const search = searchFor(edge, wanted, createGraph, options);
      const { pass, recorded } = search;
      return (recorded ? enableGrad : noGrad)(() => {
        if (pass !== undefined) flow(edge, seedOf(root, gradient), pass);
        return takeFound(search);
      });
    }),
  );
}

/** {@link gradientsAt} for graphs that cross to backends which cannot read synchronously. */
export async function gradientsAtAsync(
  edge: Edge,
  root: Tensor,
  wanted: readonly Edge[],
  createGraph: boolean,
  options: GradientsOptions = {},
): Promise<GradientsFound> {
  const { gradient } = options;
  const search = searchFor(edge, wanted, createGraph, options);
  const { pass } = search;
  const mode = createGraph ? enableGrad : noGrad;
  gradient?.storage.hold();
  try {
    if (pass !== undefined) {
      await ownedAsync(async (inOperation) => {
        const inStep: AsyncStep = (code) => inOperation(() => owned(() => mode(code)));
        await flowAsync(edge, () => seedOf(root, gradient), pass, inStep);
        // They belong to the caller from now on.
        for (const { node, index } of wanted) {
          const found = pass.visits.get(node)?.gradients[index];
          if (found !== undefined) markEscaped(found);
        }
      });
    }
    return takeFound(search);
  } finally {
    gradient?.storage.unhold();
  }
}
